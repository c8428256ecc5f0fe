"""Each user's journey through a running world, step by step, with what came of it.

The example people and numbers belong to nobody: identity numbers end in 0000, phones are +62 800 0000 00NN.
"""

import secrets
import sys
import time

from .people import Officer, Phone, Refusal, Resident, code_in, until
from .processes import INSPECTOR, OFFICER, WorldError

LETTER_ANSWERS = {"identity_number": "3509275203850000", "name": "Siti Contoh", "hamlet": "krajan", "rt": "3", "rw": "1",
                  "keperluan": "bank"}


class Journal:
    """Prints each step with its result and remembers whether one failed."""

    def __init__(self, out=sys.stdout):
        self.out = out
        self.failed = 0
        self.passed = 0

    def journey(self, name):
        print(f"\n{name}", file=self.out)

    def step(self, what, done, shown=None):
        """`done` is called; its value is returned and shown (or what `shown` makes of it)."""
        start = time.monotonic()
        try:
            value = done()
        except (AssertionError, Refusal, TimeoutError, WorldError, OSError, KeyError, TypeError) as problem:
            self.failed += 1
            print(f"  FAILED  {what}: {type(problem).__name__}: {problem}", file=self.out)
            raise JourneyEnds() from problem
        self.passed += 1
        text = str(shown(value) if shown else value if isinstance(value, str) else "").replace("\n", " | ")
        print(f"  ok      {what} ({time.monotonic() - start:.1f} s){': ' + text if text else ''}", file=self.out, flush=True)
        return value


class JourneyEnds(Exception):
    """A step failed; the rest of its journey makes no sense."""


def expect(condition, what):
    assert condition, what
    return what


def play(world, journal):
    """All journeys; each begins anew, so one that fails does not hide the next."""
    for journey in (letter_at_the_kiosk, complaint_by_sms, levy_report, letter_by_sms, mistakes_are_answered_kindly,
                    story_in_ten_parts, text_nobody_understood):
        journal.journey(journey.__doc__.splitlines()[0])
        try:
            journey(world, journal)
        except JourneyEnds:
            pass
    return journal


def letter_at_the_kiosk(world, journal):
    """A resident asks for a domicile letter at the touchscreen and follows it"""
    phone = Phone(world.modem_control, "+6280000000021")
    resident = journal.step("opens the page", lambda: Resident(world.ports["kiosk"]))
    journal.step("gives an identity number with a digit missing and is told kindly", lambda: kindly(
        lambda: resident.check("domisili", "identity_number", "350927520385000")))
    once = secrets.token_hex(16)
    accepted = journal.step("answers, agrees and sends",
                            lambda: resident.submit("domisili", LETTER_ANSWERS, once, notify_phone="0800-0000-0021"),
                            lambda a: f"code {a['code']}")
    journal.step("taps twice: the same code, not a second case", lambda: expect(
        resident.submit("domisili", LETTER_ANSWERS, once, notify_phone="0800-0000-0021")["code"] == accepted["code"],
        accepted["code"]))
    officer = journal.step("the officer signs in", lambda: Officer(world.ports["desk"], *OFFICER))
    case = journal.step("the letter is at the desk", lambda: until(lambda: officer.find(accepted["code"]), "the case"),
                        lambda c: f"{c['service']}, {c['state']}")
    journal.step("the officer reads it", lambda: expect(
        "Siti Contoh" in str(officer.open(case)["answers"]), "name and purpose are readable at the desk"))
    for state in ("diperiksa", "menunggu_ttd", "siap_diambil"):
        journal.step(f"the officer moves it to {state}", lambda s=state: officer.move(
            case, s, "", "Silakan ambil di balai desa." if s == "siap_diambil" else ""), lambda c: c["state"])
    journal.step("the kiosk shows it with the 8-digit code: a state and no more", lambda: until(
        lambda: plain_status(resident, accepted["code"], "siap_diambil"), "siap_diambil"))
    journal.step("with the receipt also the answer", lambda: resident.status(accepted["receipt"])["answer"])
    notice = journal.step("an SMS tells that there is news", phone.receive)
    journal.step("it names neither person nor matter", lambda: expect(
        "Siti" not in notice and "omisili" not in notice, "content-free"))


def plain_status(resident, code, state):
    status = resident.status(code)
    return status if status["state"] == state and not status["full"] and not status.get("answer") else None


def complaint_by_sms(world, journal):
    """A feature-phone user complains about a bridge, and asks how it stands"""
    phone = Phone(world.modem_control, "+6280000000012")
    journal.step('texts "lapor"', lambda: phone.text("lapor"))
    journal.step("answers 1: roads and bridges", lambda: phone.text("1"))
    reply = journal.step("tells the story in one SMS", lambda: phone.text(
        "B jembatan bambu dusun krajan putus sejak minggu, anak sekolah memutar"))
    code = journal.step("gets a code", lambda: expect(code_in(reply), "a code") and code_in(reply))
    officer = journal.step("the officer signs in", lambda: Officer(world.ports["desk"], *OFFICER))
    case = journal.step("the complaint is at the desk", lambda: until(lambda: officer.find(code), "the case"),
                        lambda c: f"{c['service']}, {c['state']}")
    journal.step("with its words", lambda: expect("jembatan bambu" in str(officer.open(case)["answers"]), "readable"))
    step = journal.step("the officer verifies it", lambda: officer.open(case)["next"][0], lambda s: s["word"])
    officer.move(case, step["state"])
    kiosk = Resident(world.ports["kiosk"])
    until(lambda: kiosk.status(code)["state"] == step["state"], "the new state on the box")
    journal.step("an SMS tells that there is news", phone.receive)
    journal.step("the phone asks with the code, typed with the letter O for 0", lambda: asked_status(
        phone, code, step["word"]))


def asked_status(phone, code, word):
    reply = phone.text("Cek #" + code.replace("0", "O"))
    expect(code in reply and word.lower() in reply.lower(), f"{word} in {reply}")
    return reply


def levy_report(world, journal):
    """A report of an illegal levy reaches the inspectorate and nobody else"""
    resident = Resident(world.ports["kiosk"])
    service = next(s for s in resident.pack()["services"] if s["kind"] == "levy_report")
    answers = {f["id"]: sample(f) for f in service["fields"] if f["required"] and "when" not in f}
    accepted = journal.step("sends it anonymously and confidentially", lambda: resident.submit(
        service["id"], answers, anonymous=True, confidential=True), lambda a: f"code {a['code']}")
    inspector = Officer(world.ports["desk"], *INSPECTOR)
    journal.step("the inspectorate sees it", lambda: until(lambda: inspector.find(accepted["code"]), "the report"),
                 lambda c: c["service"])
    officer = Officer(world.ports["desk"], *OFFICER)
    journal.step("an ordinary officer does not", lambda: expect(officer.find(accepted["code"]) is None, "not in the list"))


def sample(field):
    if field["choices"]:
        return field["choices"][0]["id"]
    return {"money": "50000", "number": "1", "yes_no": "yes", "date": "2026-11-20", "place": "krajan"}.get(
        field["type"], "contoh cerita singkat")


def letter_by_sms(world, journal):
    """A feature-phone user begins a letter in digits"""
    phone = Phone(world.modem_control, "+6280000000013")
    journal.step("texts a bare greeting digit: the menu", lambda: phone.text("8"))
    journal.step("chooses 1, letters", lambda: phone.text("1"))
    reply = journal.step("chooses the first letter", lambda: phone.text("1"))
    for _ in range(4):
        if code_in(reply):
            break
        reply = journal.step("answers 1", lambda: phone.text("1"))
    code = journal.step("gets a code", lambda: expect(code_in(reply), "a code") and code_in(reply))
    officer = Officer(world.ports["desk"], *OFFICER)
    journal.step("it is at the desk", lambda: until(lambda: officer.find(code), "the case"), lambda c: c["service"])


def mistakes_are_answered_kindly(world, journal):
    """Mistakes get a clear answer in the person's language, and nothing is kept"""
    resident = Resident(world.ports["kiosk"])
    journal.step("a wrong identity number", lambda: kindly(lambda: resident.submit(
        "domisili", {**LETTER_ANSWERS, "identity_number": "3509277203850000"})))
    journal.step("no consent", lambda: kindly(lambda: resident.submit("domisili", LETTER_ANSWERS, consent="")))
    journal.step("a code that does not exist", lambda: kindly(lambda: resident.status("1000 0009")))
    phone = Phone(world.modem_control, "+6280000000014")
    journal.step("a code with a wrong digit by SMS", lambda: phone.text("CEK#48217730"))
    journal.step("an empty SMS", lambda: phone.text(""))
    journal.step("language: English", lambda: phone.text("BAHASA") and phone.text("2"))


def kindly(ask):
    try:
        ask()
    except Refusal as refusal:
        fields = refusal.error.get("fields") or [{}]
        return fields[0].get("text") or refusal.error["text"]
    raise AssertionError("it was accepted")


def story_in_ten_parts(world, journal):
    """A long story in ten SMS parts arrives whole"""
    phone = Phone(world.modem_control, "+6280000000016")
    story = "lapor pasar: " + " ".join(f"kalimat ke-{n} tentang talang air pasar yang bocor." for n in range(1, 29)) + " penutup"
    expect(9 * 153 < len(story) <= 10 * 153, "ten parts")
    journal.step("texts 1,400 characters", lambda: phone.text(story))
    officer = Officer(world.ports["desk"], *OFFICER)
    case = journal.step("it is at the desk", lambda: until(
        lambda: next((one for one in officer.cases()["cases"] if "penutup" in str(officer.open(one)["answers"])), None),
        "the story"), lambda c: c["service"])
    journal.step("from its first word to its last", lambda: expect(all(
        words in str(officer.open(case)["answers"]) for words in ("pasar: kalimat ke-1 ", "kalimat ke-28 ", "penutup")), "whole"))


def text_nobody_understood(world, journal):
    """A text that no menu understands is offered as a report and not lost"""
    phone = Phone(world.modem_control, "+6280000000015")
    journal.step("sends a story without a keyword", lambda: phone.text("pak lurah sumur di gumuk kering sudah dua bulan"))
    reply = journal.step("answers 1: make it a report", lambda: phone.text("1"))
    code = journal.step("gets a code", lambda: expect(code_in(reply), "a code") and code_in(reply))
    officer = Officer(world.ports["desk"], *OFFICER)
    case = until(lambda: officer.find(code), "the case")
    journal.step("it is at the desk, in its own words", lambda: expect(
        "sumur di gumuk" in str(officer.open(case)["answers"]), "readable"))
