"""What a pack says, for those who play its people: services, states, words and rules as they stand in its files."""

import collections
import itertools

import yaml


def _load(path):
    """Every value as text, as the gateway reads it: `no` is a word."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def _flat(node, prefix=""):
    for key, value in node.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


# One telephone: +country…, as people type it at home, and the part that both have.
Number = collections.namedtuple("Number", "e164 typed national")


class Pack:
    """One country and one of its villages; `folder` is the pack's."""

    def __init__(self, folder, village):
        self.folder = folder
        main = _load(folder / "pack.yaml")
        self.language = main["default_language"]
        self.languages = [one["tag"] for one in main["languages"]]
        self.wide = any(one["tag"] == self.language and one.get("sms_ucs2") == "true" for one in main["languages"])
        self.village = _load(folder / "villages" / f"{village}.yaml")
        self.applicant = main["applicant"]
        self._main = main
        self._services = sorted((_load(path) for path in (folder / "services").glob("*.yaml")),
                                key=lambda service: int(service["number"]))
        self._texts = {tag: {key: value for path in (folder / "texts" / tag).glob("*.yaml")
                             for key, value in _flat(_load(path))} for tag in self.languages}

    def word(self, key, language=None):
        return self._texts[language or self.language][key]

    def keyword(self, command):
        return self._main["keywords"][command][0]

    def service(self, kind):
        """The first of that kind."""
        return next(one for one in self._services if one["kind"] == kind)

    def asks(self, service):
        """What the kiosk asks for it, in order."""
        return (self.applicant if service.get("applicant") == "true" else []) + service.get("fields", [])

    def asks_by_sms(self, service):
        return [one for one in service["fields"] if one.get("sms") == "true"]

    def way_to_ready(self, service):
        """The states after the first one, straight on, until the answer is there."""
        states = next(one["states"] for one in self._main["lifecycles"] if one["id"] == service["lifecycle"])
        steps = [state for state in states if state.get("step") != "false"]
        ready = next(at for at, state in enumerate(steps) if state["role"] == "ready")
        return [state["id"] for state in steps[1:ready + 1]]

    def phone(self, number):
        """A Number that belongs to nobody; `number` from 0 to 99."""
        rule = self._main["phone"]
        form = next(one for one in rule["national"] if one.get("synthetic") == "true")
        start = form["starts"][0]
        national = start + str(number).zfill(int(form["min"]) - len(start))
        return Number(f"+{rule['country_code']}{national}", rule.get("trunk", "") + national, national)

    def identity_number(self):
        """A right one that belongs to nobody."""
        return self._identity(lambda part: str(part["ranges"][0][0]))

    def wrong_identity_number(self):
        """Of the right length, with a slice that no rule allows."""
        return self._identity(lambda part: str(int(part["ranges"][-1][1]) + 1))

    def _identity(self, of_range):
        rule = self._main["identity_number"]
        digits = ["0"] * int(rule["length"])
        free = set(range(len(digits)))
        for part in rule["parts"]:
            at, length = int(part["at"]), int(part["length"])
            free -= set(range(at, at + length))
            value = part["one_of"][0] if "one_of" in part else of_range(part) if "ranges" in part else "0" * length
            digits[at:at + length] = value.zfill(length)
        # Where there is a check digit, the free ones make it right.
        for values in itertools.product("0123456789", repeat=min(len(free), 2)):
            for at, value in zip(sorted(free), values):
                digits[at] = value
            if _right(rule["checksum"], digits):
                return "".join(digits)
        raise ValueError(f"{self.folder.name}: no example number for checksum {rule['checksum']}")


def _right(checksum, digits):
    if checksum == "none":
        return True
    if checksum == "mod97":
        return int("".join(digits)) % 97 == 1
    if checksum == "luhn":
        total = 0
        for at, digit in enumerate(reversed(digits)):
            value = int(digit) * (1 + at % 2)
            total += value - 9 if value > 9 else value
        return total % 10 == 0
    return False
