"""docker-compose.yml hangs together, though no engine runs here."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from config.production import reasons_not_to_start
from tools.demo.plan import ROOT

COMPOSE = ROOT / "docker-compose.yml"
OURS = ("migrate", "web", "worker", "beat")
SERVICE_KEYS = {
    *("build", "image", "command", "environment", "volumes", "networks", "ports", "depends_on"),
    *("healthcheck", "restart", "init", "read_only", "tmpfs", "cap_drop", "security_opt"),
    *("logging", "stop_grace_period", "shm_size"),
}
SET_BY_HAND = {
    "SECRET_KEY": "k" * 50,
    "DOMAIN": "ledig.example",
    "POSTGRES_PASSWORD": "abc123",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "EMAIL_HOST": "mail.example",
    "DEFAULT_FROM_EMAIL": "Ledig <booking@ledig.example>",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    contents: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return contents


def names(value: Any) -> list[str]:
    return list(value or [])


def filled_in(text: str) -> str:
    """`${NAME:?why}` and `${NAME:-default}` as compose reads them."""

    def value(match: re.Match[str]) -> str:
        name, sign, rest = match.groups()
        return SET_BY_HAND.get(name) or (rest if sign == ":-" else "")

    return re.sub(r"\$\{(\w+)(:[?-])?([^}]*)\}", value, text)


def test_every_service_uses_only_what_exists(compose) -> None:
    services = compose["services"]
    for name, service in services.items():
        assert set(service) <= SERVICE_KEYS, name
        assert service["image"], name
        assert set(names(service.get("depends_on"))) <= set(services), name
        assert set(names(service["networks"])) <= set(compose["networks"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            exists = (ROOT / source).exists() if source[0] == "." else source in compose["volumes"]
            assert exists, (name, volume)


def test_nobody_waits_for_what_is_never_healthy_or_never_ends(compose) -> None:
    services = compose["services"]
    for name, service in services.items():
        for awaited, how in (service.get("depends_on") or {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in services[awaited], (name, awaited)
            else:
                assert how["condition"] == "service_completed_successfully"
                assert services[awaited]["restart"] == "on-failure", (name, awaited)


def test_everything_that_stays_is_restarted_and_watched(compose) -> None:
    for name, service in compose["services"].items():
        if name != "migrate":
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name


def test_only_the_proxy_is_reached_from_outside(compose) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == [
        "proxy"
    ]
    for name in ("database", "valkey"):
        assert compose["services"][name]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True


def test_no_secret_has_a_default(compose) -> None:
    text = COMPOSE.read_text()
    for name in SET_BY_HAND:
        uses = re.findall(rf"\$\{{{name}\b(.{{2}})", text)
        assert uses, name
        assert set(uses) == {":?"}, name
    assert not re.search(r"LEDIG_DEMO|DEBUG|STRIPE_API_BASE|sk_test|ledig-demo", text)


@pytest.mark.parametrize("service", OURS)
def test_production_starts_with_what_compose_gives_it(compose, service) -> None:
    given = {
        name: filled_in(value)
        for name, value in compose["services"][service]["environment"].items()
    }
    url = given["PUBLIC_URL"]

    reasons = list(
        reasons_not_to_start(
            {
                "DEBUG": False,
                "INSECURE_KEY": settings.INSECURE_KEY,
                "DATABASE_IS_EMBEDDED": "DATABASE_URL" not in given,
                "HTTPS": url.startswith("https://"),
                "STRIPE_API_BASE": "",
                "CALENDAR_TEST_HOSTS": [],
                **given,
            }
        )
    )

    assert reasons == []


@pytest.mark.parametrize("service", OURS)
def test_every_variable_given_is_one_the_settings_read(compose, service) -> None:
    read = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    for name in compose["services"][service]["environment"]:
        assert f'"{name}"' in read, name


def test_the_image_is_made_of_what_exists() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert re.search(r"^USER ledig$", dockerfile, re.MULTILINE)
    for line in (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines():
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line


def test_docker_itself_accepts_it(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("no docker compose here to ask")

    result = subprocess.run(
        [docker, "compose", "--file", COMPOSE, "config", "--quiet"],
        capture_output=True, text=True, env={**os.environ, **SET_BY_HAND},
    )  # fmt: skip

    assert result.returncode == 0, result.stderr
