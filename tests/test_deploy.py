"""What `deploy/` names exists: commands, their options, settings, files; and the files have the shape that is promised."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class

from portal import environment, headers
from portal.middleware import EDITORIAL_PATHS

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
NGINX = DEPLOY / "nginx" / "nginx.conf"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
SERVICES = [unit for unit in UNITS if unit.stem in ("portal-editorial", "portal-public")]
CODE = "".join((ROOT / "portal" / name).read_text() for name in ("settings.py", "environment.py"))
READ = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"|text\("([A-Z_]+)"|"(OIDC_[A-Z_]+)"', CODE))
VARIABLES = {name for names in READ for name in names if name} | {"SITE_ORIGIN", "HASHED_STATIC"}
OF_OTHERS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def calls(text: str) -> list[list[str]]:
    """Each `manage.py …` of a file, as words."""
    plain = re.sub(r'["\[\]]', "", text.replace('", "', " "))
    return [line.split() for line in re.findall(r"manage\.py ([a-z_]+[^\n&\\]*)", plain)]


def unknown_calls(text: str) -> list[str]:
    """Commands that don't exist, and options that theirs doesn't have."""
    found, known = [], get_commands()
    for name, *rest in calls(text):
        if name not in known:
            found.append(name)
            continue
        parser = load_command_class(known[name], name).create_parser("manage.py", name)
        options = {option for action in parser._actions for option in action.option_strings}
        found += [f"{name} {word}" for word in rest if word.startswith("--") and word not in options]
    return found


def unit(path: Path) -> dict[str, str]:
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str
    parser.read_string(path.read_text())
    return dict(parser["Service"])


def blocks(text: str) -> dict[str, str]:
    """nginx's locations of one level, by what they match."""
    return dict(re.findall(r"^ {8}location (.+?) \{(.*?)(?:^ {8}\}| \})$", text, re.M | re.S))


def test_the_commands_named_exist():
    files = [DEPLOY / "Containerfile", DEPLOY / "compose.yaml", *UNITS]
    texts = [file.read_text() for file in files]
    assert [unknown_calls(text) for text in texts] == [[]] * len(files)
    assert sum(len(calls(text)) for text in texts) >= 5
    guides = "".join((ROOT / "docs" / name).read_text() for name in ("operations.md", "scaling.md"))
    guide = re.findall(r"manage\.py [a-z_]+(?: --[a-z-]+| \d+| [A-Z]+| /[\w/.-]+)*", guides)
    assert len(guide) > 10
    assert [unknown_calls(call) for call in guide] == [[]] * len(guide)
    assert unknown_calls("manage.py serv --host x") == ["serv"]
    assert unknown_calls('"manage.py", "serve", "--hots"') == ["serve --hots"]


def test_the_settings_named_are_read():
    named = {name for service in compose()["services"].values() for name in service.get("environment", {})}
    named -= {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "PUBLIC_PASSWORD"}  # of the database's image
    for line in re.findall(r"^ENV (.+)$", (DEPLOY / "Containerfile").read_text(), re.M):
        named |= set(re.findall(r"([A-Z_]+)=", line)) - OF_OTHERS
    for path in SERVICES:
        comments = "".join(line for line in path.read_text().splitlines() if line.startswith("#"))
        named |= set(re.findall(r"\b([A-Z]+_[A-Z_]+)\b", comments))
    assert named - VARIABLES == set()
    assert {"SITE_ORIGIN", "PORTAL_ROLE", "REDIS_URL", "BEHIND_PROXY"} <= named
    table = set(re.findall(r"`([A-Z_]+)`", "".join(re.findall(r"^\| `.*?\|", (ROOT / "README.md").read_text(), re.M))))
    assert named - table == set()


def test_compose_keeps_the_two_sides_apart():
    services = compose()["services"]
    assert set(services) == {"proxy", "editorial", "public", "postgresql", "redis"}
    desk, public = services["editorial"]["environment"], services["public"]["environment"]
    assert (desk["PORTAL_ROLE"], public["PORTAL_ROLE"]) == ("editorial", "public")
    assert "DATABASE_URL" not in public
    assert "//portal_public:" in public["PUBLISHED_DATABASE_URL"]
    assert desk["SECRET_KEY"] != public["SECRET_KEY"]
    assert not any("originals" in volume for volume in services["public"]["volumes"])
    assert all(volume.endswith(":ro") for volume in services["public"]["volumes"])
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose()["networks"]["inside"]["internal"] is True
    assert services["public"]["networks"] == ["inside"]
    for name in ("proxy", "editorial", "public"):
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]


def test_compose_names_what_is_there():
    document = compose()
    targets = set(re.findall(r"^FROM .* AS (\w+)$", (DEPLOY / "Containerfile").read_text(), re.M))
    for service in document["services"].values():
        if "build" in service:
            assert (ROOT / service["build"]["dockerfile"]).is_file()
            assert service["build"]["target"] in targets
        assert set(service["networks"]) <= set(document["networks"])
        assert set(service.get("depends_on", {})) <= set(document["services"])
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in document["volumes"] or source == "./tls" or (DEPLOY / source).is_file()


def test_the_image_is_small_and_nobodys():
    text = (DEPLOY / "Containerfile").read_text()
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.M)
    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert any(source == one or source.startswith(f"{one}/") for one in sent)
    stages = text.split("\nFROM ")[2:]
    assert [re.findall(r"^USER (\S+)$", stage, re.M) for stage in stages] == [["10001:10001"], ["nginx"]]
    assert "--require-hashes" in text


HARDENED = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallFilter": "@system-service",
    "KillSignal": "SIGTERM",
    "Restart": "on-failure",
}


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_units_are_hardened(path):
    said = unit(path)
    assert {name: said.get(name) for name in HARDENED} == HARDENED
    assert said["User"] not in ("", "root")
    assert int(said["TimeoutStopSec"]) > 30


def test_units_are_the_two_services_on_the_ports_of_the_proxy():
    said = {path.stem: unit(path) for path in SERVICES}
    assert said["portal-editorial"]["User"] != said["portal-public"]["User"]
    upstreams = (DEPLOY / "nginx" / "upstreams-host.conf").read_text()
    for name in ("editorial", "public"):
        port = re.search(r"--port (\d+)", said[f"portal-{name}"]["ExecStart"])[1]
        assert re.search(rf"upstream portal_{name} {{ server 127\.0\.0\.1:{port};", upstreams)


def test_the_proxy_sends_the_desk_to_the_editorial_service_alone():
    found = blocks(NGINX.read_text())
    desk = {match: text for match, text in found.items() if "portal_editorial" in text}
    for path in EDITORIAL_PATHS:
        assert any(
            re.match(match.removeprefix("~ "), path) if match.startswith("~ ") else path == match for match in desk
        )
    assert set(desk) == {"~ ^/(admin|preview)/", "/accounts/", "/feedback/"}
    assert "portal_public" in found["/"]
    assert "proxy_pass" not in found["/static/"]


def test_the_proxy_replaces_what_clients_say_of_themselves():
    text = NGINX.read_text()
    said = dict(re.findall(r"^    proxy_set_header (\S+) (\S+);$", text, re.M))
    assert said["X-Forwarded-For"] == "$remote_addr"
    assert said["X-Forwarded-Proto"] == "$scheme"
    for name in ("X-Forwarded-Host", "X-Forwarded-Port", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Real-IP"):
        assert said[name] == '""'
    assert text.count("proxy_set_header ") - text.count("a proxy_set_header ") == len(said)  # in a location: others go
    assert "underscores_in_headers off;" in text


def test_the_proxy_has_limits():
    text = NGINX.read_text()
    for name in ("client_header_timeout", "client_body_timeout", "send_timeout", "proxy_read_timeout"):
        assert 0 < int(re.search(rf"^    {name} (\d+)s;", text, re.M)[1]) <= 60
    for match, block in blocks(text).items():
        assert "limit_req " in block or "proxy_pass" not in block, match
    size = int(re.search(r"client_max_body_size (\d+)m;", blocks(text)["~ ^/(admin|preview)/"])[1]) * 1024**2
    assert settings.LIMITS["image_bytes"] < size < 2 * settings.LIMITS["image_bytes"]


def test_static_files_have_the_portals_headers():
    said = dict(
        re.findall(r'add_header (\S+) "(.*)" always;', (DEPLOY / "nginx" / "portal-static-headers.conf").read_text())
    )
    assert said.pop("Strict-Transport-Security").startswith("max-age=63072000")
    assert said == {name: value for name, value in headers.of_files().items() if name != "Strict-Transport-Security"}


def test_the_reader_of_settings_is_not_blind():
    assert {"DATABASE_URL", "EMAIL_URL", "OIDC_NAME", "SECRET_KEY", "VAR_DIR"} <= VARIABLES
    assert "S3_URL" not in VARIABLES
    assert environment.text("NOT_A_SETTING_OF_OURS") == ""


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("nginx") or not shutil.which("openssl"), reason="nginx or openssl isn't here")
def test_nginx_takes_its_configuration(tmp_path):
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-subj", "/CN=portal.example.org", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    (tmp_path / "mime.types").write_text("types { text/css css; }\n")
    (tmp_path / "portal-static-headers.conf").write_text((NGINX.parent / "portal-static-headers.conf").read_text())
    (tmp_path / "portal-upstreams.conf").write_text((NGINX.parent / "upstreams-host.conf").read_text())
    text = NGINX.read_text().replace("/etc/nginx/tls/", f"{tmp_path}/").replace("/etc/nginx/", f"{tmp_path}/")
    text = text.replace("/var/cache/nginx", str(tmp_path)).replace("/run/nginx.pid", f"{tmp_path}/pid")
    (tmp_path / "nginx.conf").write_text(text)
    asked = ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    answer = subprocess.run(asked, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert "[warn]" not in answer.stderr.replace('"user" directive', "")
