"""A small provider of identities: a real server with real signatures, that lets in whom the test says and can lie."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET = "the-portal", "a secret between the two, and long enough to sign with"


def configured(server: str = "http://localhost:9", **more) -> dict:
    """The portal's settings for a provider; without one of a test's own, where nobody answers."""
    given = {"server": server, "client_id": CLIENT, "secret": SECRET, "name": "Ministry"}
    return given | {"by_email": False, "factors": []} | more


def _key():
    return ec.generate_private_key(ec.SECP256R1())


class FakeProvider:
    """What the provider says. `person` is who is signed in there, `lies` what its id_token has instead of the truth."""

    def __init__(self) -> None:
        self.origin = ""
        self.person: dict = {}
        self.asks = False  # whether it shows a page first, as for a browser
        self.key, self.other_key = _key(), _key()
        self.codes: dict[str, dict] = {}
        self.tell_the_truth()

    def tell_the_truth(self) -> None:
        self.lies: dict = {}
        self.userinfo_lies: dict = {}
        self.issuer_lie = ""
        self.down = False
        self.signs_with = self.key
        self.algorithm = "ES256"

    # Its addresses ----------------------------------------------------------------------------------------------------

    def configuration(self) -> dict:
        return {
            "issuer": self.issuer_lie or self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "jwks_uri": f"{self.origin}/keys",
            "userinfo_endpoint": f"{self.origin}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig", "alg": "ES256"}]}

    def authorize(self, asked: dict) -> str:
        """Where the browser is sent back to."""
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        code = uuid4().hex
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict) -> dict | None:
        asked = self.codes.pop(sent["code"], None)
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge or sent["client_secret"] != SECRET:
            return None
        now = int(time.time())
        claims = {"iss": self.origin, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= {name: value for name, value in self.person.items() if name in ("sub", "acr", "amr")}
        claims = {name: value for name, value in (claims | self.lies).items() if value is not None}
        signed = jwt.encode(claims, self.signs_with, algorithm=self.algorithm, headers={"kid": "one"})
        return {"access_token": "for userinfo", "token_type": "Bearer", "id_token": signed}

    def userinfo(self) -> dict:
        return self.person | self.userinfo_lies


def _handler(provider: FakeProvider):
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if provider.down:
                self.send_error(503)
            elif parts.path == "/.well-known/openid-configuration":
                self.answer(provider.configuration())
            elif parts.path == "/keys":
                self.answer(provider.keys())
            elif parts.path == "/userinfo":
                assert self.headers["Authorization"] == "Bearer for userinfo"
                self.answer(provider.userinfo())
            elif parts.path == "/authorize" and provider.asks:
                page = f'<title>Ministry</title><a id="yes" href="{provider.authorize(asked)}">It is me</a>'
                self.answer(page, "text/html")
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(asked))
                self.end_headers()
            else:
                self.send_error(404)

        def do_POST(self):
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            given = provider.token({name: values[0] for name, values in sent.items()})
            self.answer(given or {"error": "invalid_grant"}, code=200 if given else 400)

        def answer(self, said, kind: str = "application/json", code: int = 200):
            body = (said if isinstance(said, str) else json.dumps(said)).encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


@contextmanager
def fake_provider():
    """A provider on a port of its own."""
    provider = FakeProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.origin = f"http://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
