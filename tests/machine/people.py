"""The resident and the officer of scripts/world, inside the machine: the same calls, carried by curl."""

import json

from world.people import Officer, Refusal, Resident


class _ByCurl:
    origin = ""
    extra = ""

    def call(self, method, path, body=None, headers=None):
        sent = {"Origin": self.origin, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if self.token:
            sent["X-Kentongan-Token"] = self.token
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        words = " ".join(f"-H '{name}: {value}'" for name, value in sent.items())
        data = "--data-binary @-" if body is not None else ""
        text = self.machine.run(f"curl -sS -i --http1.1 -m 120 {self.extra} -X {method} {words} {data} '{self.origin}{self.base}{path}' <<'KENTONGAN'\n"
                                f"{json.dumps(body) if body is not None else ''}\nKENTONGAN\n")
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
        lines = head.split("\n")
        status = int(lines[0].split()[1])
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name.lower() == "set-cookie":
                cookie, _, content = value.split(";")[0].strip().partition("=")
                self.cookies[cookie] = content
        value = json.loads(body) if body.strip() else {}
        if not 200 <= status < 300:
            raise Refusal(status, value)
        return value


class MachineResident(_ByCurl, Resident):
    origin = "http://127.0.0.1:8080"

    def __init__(self, machine):
        self.machine = machine
        super().__init__(8080)


class MachineOfficer(_ByCurl, Officer):
    origin = "https://kabupaten.example:8444"
    extra = "--cacert /etc/kentongan/district-ca.pem"

    def __init__(self, machine, name, password):
        self.machine = machine
        super().__init__(8444, name, password)
