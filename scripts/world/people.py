"""The people of the small world, each through the door they really use: page, phone, desk."""

import http.client
import json
import re
import secrets
import time

from .processes import ask_emulator

PATIENCE_SECONDS = 30


class Refusal(Exception):
    """An answer that is not 2xx: `status`, and the `error` the person is shown."""

    def __init__(self, status, body):
        super().__init__(f"{status} {body}")
        self.status = status
        self.error = body.get("error", {}) if isinstance(body, dict) else {}


def until(ask, what):
    """Asks again until the answer is true; the world moves by itself in between."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        value = ask()
        if value:
            return value
        time.sleep(0.1)
    raise TimeoutError(f"not seen within {PATIENCE_SECONDS} s: {what}")


class _Api:
    """JSON over HTTP on loopback, with cookies and the page's token."""

    def __init__(self, port, base):
        self.port = port
        self.base = base
        self.token = None
        self.cookies = {}

    def call(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {"Origin": f"http://127.0.0.1:{self.port}", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
            body = json.dumps(body)
        if self.token:
            sent["X-Kentongan-Token"] = self.token
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, self.base + path, body, sent)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        try:
            value = json.loads(text) if text else {}
        except ValueError:
            value = {"text": text.decode(errors="replace")}
        if not 200 <= answer.status < 300:
            raise Refusal(answer.status, value)
        return value


class Resident(_Api):
    """Somebody at the touchscreen."""

    def __init__(self, port, language="id"):
        super().__init__(port, "/api/v1")
        self.language = language
        self.token = self.call("GET", "/start")["token"]

    def pack(self):
        return self.call("GET", f"/pack/{self.language}")

    def check(self, service, field, value):
        return self._post("/check", {"service": service, "field": field, "value": value})

    def submit(self, service, answers, once=None, anonymous=False, confidential=False, notify_phone="", consent=None):
        return self._post("/requests", {
            "once": once or secrets.token_hex(16), "service": service, "answers": answers, "anonymous": anonymous,
            "confidential": confidential, "notify_phone": notify_phone,
            "consent_version": self.pack()["consent_version"] if consent is None else consent, "assisted": False})

    def status(self, digits):
        return self._post("/status", {"digits": digits})

    def health(self):
        return self.call("GET", "/health")

    def _post(self, path, body):
        return self.call("POST", path, body, {"X-Kentongan-Language": self.language})


class Phone:
    """Somebody with a feature phone: texts go over the emulated air, answers come back the same way."""

    def __init__(self, control, number):
        self.control = control
        self.number = number
        self.seen = self._newest()

    def text(self, words):
        """Sends one SMS and waits for the answer to it."""
        self.send(words)
        return self.receive()

    def send(self, words, order=None):
        """Returns in how many parts it goes; `order` says in which order they arrive, from 1."""
        turn = {"order": order} if order else {}
        return ask_emulator(self.control, {"do": "receive", "from": self.number, "text": words, **turn})["parts"]

    def on_the_sim(self):
        """How many SMS the modem still holds."""
        sim = ask_emulator(self.control, {"do": "sim"})
        return len(sim["slots"]) + sim["waiting"]

    def receive(self, seconds=PATIENCE_SECONDS):
        """The next SMS to this phone, or TimeoutError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            answer = ask_emulator(self.control, {"do": "wait_sent", "after": self.seen, "timeout_ms": 1000})
            for sms in answer.get("messages", []):
                self.seen = max(self.seen, sms["number"])
                if sms["to"] == self.number:
                    return sms["text"]
        raise TimeoutError("no SMS came")

    def _newest(self):
        sent = ask_emulator(self.control, {"do": "sent", "after": 0}).get("messages", [])
        return max((sms["number"] for sms in sent), default=0)


class Officer(_Api):
    """Somebody at the district's desk."""

    def __init__(self, port, name, password):
        super().__init__(port, "/desk/api/v1")
        self.token = self.call("POST", "/login", {"name": name, "password": password})["token"]

    def find(self, code):
        cases = self.call("GET", f"/cases?q={code}")["cases"]
        return cases[0] if cases else None

    def cases(self, **filters):
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.call("GET", f"/cases?{query}")

    def open(self, case):
        return self.call("GET", f"/cases/{case['id']}")

    def move(self, case, to, reason="", answer=""):
        version = self.open(case)["version"]
        return self.call("POST", f"/cases/{case['id']}/move",
                         {"to": to, "reason": reason, "answer": answer, "version": version})


def code_in(text):
    """The 8-digit code in an SMS, without its space."""
    found = re.search(r"\b(\d{4}) ?(\d{4})\b", text)
    return found.group(1) + found.group(2) if found else None
