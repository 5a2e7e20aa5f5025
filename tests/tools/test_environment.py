"""`.venv` is made, healed or left alone. Installers are stubbed but for one real, empty run."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import environment
from tools.environment import PRODUCT, STAMP, TESTS, UNFINISHED, Environment, Impossible


class Installer:
    """Makes folders that look like an environment, and succeeds or fails as it is told."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.installed: list[str] = []
        self.says = ""

    def make(self) -> bool:
        (self.env.folder / "bin").mkdir(parents=True)
        self.env.python.symlink_to(sys.executable)
        (self.env.folder / "bin" / "activate").write_text(f"VIRTUAL_ENV={self.env.folder}")
        return True

    def install(self, lock_file: Path) -> bool:
        if self.says:
            self.env.output = self.says
            return False
        self.installed.append(str(lock_file.relative_to(self.env.root)))
        return True


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    checkout = tmp_path / "checkout"
    (checkout / "tests").mkdir(parents=True)
    (checkout / PRODUCT).write_text("django==5.2.8 \\\n    --hash=sha256:00\n")
    (checkout / TESTS).write_text("pytest==9.0 \\\n    --hash=sha256:00\n")
    env = Environment(checkout)
    installer = Installer(env)
    monkeypatch.setattr(Environment, "installers", lambda _: [installer])
    return env


def installed(env: Environment) -> list[str]:
    (installer,) = env.installers()
    assert isinstance(installer, Installer)
    return installer.installed


def fail(env: Environment, says: str) -> None:
    (installer,) = env.installers()
    assert isinstance(installer, Installer)
    installer.says = says


def test_a_missing_environment_is_made_and_a_current_one_left_alone(env) -> None:
    env.ensure(PRODUCT)
    env.ensure(PRODUCT)

    assert installed(env) == [PRODUCT]


def test_the_tests_packages_include_the_products(env) -> None:
    env.ensure(PRODUCT)
    env.ensure(TESTS)
    env.ensure(PRODUCT)

    assert installed(env) == [PRODUCT, TESTS]


def test_a_changed_lock_is_installed_into_the_same_environment(env) -> None:
    env.ensure(PRODUCT)
    (env.folder / "kept").touch()
    (env.root / PRODUCT).write_text("django==5.2.9 \\\n    --hash=sha256:01\n")

    env.ensure(PRODUCT)

    assert installed(env) == [PRODUCT, PRODUCT]
    assert (env.folder / "kept").exists()


def cut_short(env: Environment) -> None:
    (env.folder / UNFINISHED).touch()


def lost_its_python(env: Environment) -> None:
    env.python.unlink()
    env.python.symlink_to("/nowhere/python")


def half_made(env: Environment) -> None:
    shutil.rmtree(env.folder / "bin")
    (env.folder / STAMP).unlink()


def moved(env: Environment) -> None:
    (env.folder / "bin" / "activate").write_text("VIRTUAL_ENV=/elsewhere/.venv")
    (env.folder / STAMP).unlink()


def of_another_python(env: Environment) -> None:
    stamp = env.folder / STAMP
    stamp.write_text(stamp.read_text().replace('"python": "3.', '"python": "2.'))


@pytest.mark.parametrize("harm", [cut_short, lost_its_python, half_made, moved, of_another_python])
def test_a_harmed_environment_is_made_anew(env, harm, capsys) -> None:
    env.ensure(PRODUCT)
    (env.folder / "old").touch()
    harm(env)

    env.ensure(PRODUCT)

    assert installed(env) == [PRODUCT, PRODUCT]
    assert not (env.folder / "old").exists()
    assert "Making .venv anew: " in capsys.readouterr().out


def test_a_copied_checkout_makes_its_own(env, tmp_path) -> None:
    env.ensure(PRODUCT)
    copy = Environment(Path(shutil.copytree(env.root, tmp_path / "copy", symlinks=True)))

    assert not copy.is_current(PRODUCT)
    assert copy.why_remake() == "it was moved here from elsewhere"


def test_a_link_to_an_environment_elsewhere_is_unlinked_not_emptied(env, tmp_path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    env.folder.symlink_to(elsewhere)

    env.ensure(PRODUCT)

    assert (elsewhere / "precious").exists()
    assert not env.folder.is_symlink()


def test_without_a_network_what_is_there_stays_and_the_reason_is_said(env) -> None:
    env.ensure(PRODUCT)
    (env.root / PRODUCT).write_text("django==5.2.9 \\\n    --hash=sha256:01\n")
    fail(env, "ERROR: [Errno -3] Temporary failure in name resolution")

    with pytest.raises(Impossible, match="is there a network"):
        env.ensure(PRODUCT)

    assert env.why_remake() is None


def test_a_failed_first_install_is_not_taken_for_a_whole_one(env) -> None:
    fail(env, "No space left on device")

    with pytest.raises(Impossible, match="disk is full"):
        env.ensure(PRODUCT)

    assert not env.is_current(PRODUCT)
    assert env.why_remake() == "an earlier run was cut short"


def test_an_old_python_is_told_which_ones_there_are(monkeypatch) -> None:
    monkeypatch.setattr(environment, "OLDEST", (3, 90))
    monkeypatch.setattr(environment, "NEWEST", (3, 91))

    with pytest.raises(Impossible, match=r"needs Python 3\.90 or newer\. Found only .*\(3\.1\d\)"):
        environment.use_suitable_python()


def test_a_second_make_waits_for_the_first(tmp_path) -> None:
    script = checkout_with_environment(tmp_path)
    holder = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(holder, fcntl.LOCK_EX)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as second:
        assert second.stdout
        assert "Waiting for another make" in second.stdout.readline()
        os.close(holder)  # as the kernel does when the holder is killed
        second.communicate(timeout=10)

    assert second.returncode == 0


def test_it_says_nothing_when_there_is_nothing_to_do(tmp_path) -> None:
    script = checkout_with_environment(tmp_path)

    again = subprocess.run([sys.executable, script], capture_output=True, check=True, timeout=10)

    assert (again.stdout, again.stderr) == (b"", b"")


def checkout_with_environment(folder: Path) -> Path:
    (folder / "tests").mkdir()
    (folder / "tools").mkdir()
    (folder / PRODUCT).write_text("# nothing\n")
    (folder / TESTS).write_text("# nothing\n")
    env = Environment(folder)
    Installer(env).make()
    (env.folder / UNFINISHED).touch()
    env.stamp(TESTS)
    return Path(shutil.copy(environment.__file__, folder / "tools"))


@pytest.fixture
def machine(monkeypatch) -> set[str]:
    """What the machine has, by the first word or two of the command; nothing at first."""
    there: set[str] = set()

    def works(*command: str | Path) -> bool:
        return {str(command[0]), " ".join(map(str, command[1:3]))} & there != set()

    monkeypatch.setattr(environment, "works", works)
    monkeypatch.setattr(environment, "pip_is_configured", lambda: False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: "there" if name in there else None)
    return there


def names(env: Environment) -> list[str]:
    return [type(installer).__name__ for installer in env.installers()]


def test_debian_without_venv_is_told_what_to_install(tmp_path, machine) -> None:
    with pytest.raises(Impossible, match="sudo apt-get install python3-venv"):
        Environment(tmp_path).installers()


@pytest.mark.parametrize(
    ("has", "expected"),
    [
        ({"uv"}, ["Uv"]),
        ({"ensurepip"}, ["Pip"]),
        ({"virtualenv"}, ["Pip"]),
        ({"-m pip"}, ["Pip"]),  # Debian's python3-pip without python3-venv
        ({"uv", "ensurepip"}, ["Uv", "Pip"]),
    ],
)
def test_any_installer_will_do(tmp_path, machine, has, expected) -> None:
    machine |= has

    assert names(Environment(tmp_path)) == expected


def test_where_pip_has_been_told_where_packages_are_it_comes_first(
    tmp_path, machine, monkeypatch
) -> None:
    machine |= {"uv", "ensurepip"}
    monkeypatch.setattr(environment, "pip_is_configured", lambda: True)
    monkeypatch.setattr(environment, "uv_is_configured", lambda: False)

    assert names(Environment(tmp_path)) == ["Pip", "Uv"]
