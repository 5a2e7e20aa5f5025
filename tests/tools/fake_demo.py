"""The demo's supervisor with light children: a web server that answers, and one sleeper.

`FAKE_WEB=dies` makes the web server end at once. Run as a process of its own by the tests.
"""

import os
import sys
from pathlib import Path

from tools.demo import __main__ as demo
from tools.demo import plan
from tools.demo.plan import Child

HERE = Path(__file__).resolve().parent
WEB = """
import http.server, os, subprocess, sys
port, home = int(sys.argv[1]), sys.argv[2]
if os.environ.get("FAKE_WEB") == "dies":
    sys.exit("the web server will not")
grandchild = subprocess.Popen(["sleep", "600"])
open(f"{home}/grandchild", "w").write(str(grandchild.pid))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def main() -> int:
    home = os.environ["LEDIG_HOME"]
    plan.web = lambda port: Child("web", "Nettsidene", [sys.executable, "-c", WEB, str(port), home])
    plan.worker = lambda home: Child("worker", "Arbeideren", ["sleep", "600"])
    demo.prepare = lambda *_: None
    return demo.main()


if __name__ == "__main__":
    sys.exit(main())
