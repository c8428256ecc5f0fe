"""Each user's journey through a running world, step by step, with what came of it.

Services, states and words are those of the pack that the world runs; people and their stories are in cast.py.
"""

import secrets
import shutil
import subprocess
import sys
import time

from .cast import NAME, Cast
from .pack import Pack
from .people import Officer, Phone, Refusal, Resident, code_in, until
from .processes import INSPECTOR, OFFICER, WorldError

# A letter of id-jember, for those who need one and no journey.
LETTER_ANSWERS = {"identity_number": "3509275203850000", "name": "Siti Contoh", "hamlet": "krajan", "rt": "3", "rw": "1",
                  "keperluan": "bank"}


# What a step may end with when the world does not do as it should.
WRONG = (AssertionError, Refusal, TimeoutError, WorldError, OSError, LookupError, TypeError, ValueError, StopIteration)


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
        except WRONG as problem:
            self.fail(what, problem)
            raise JourneyEnds() from problem
        self.passed += 1
        text = str(shown(value) if shown else value if isinstance(value, str) else "").replace("\n", " | ")
        print(f"  ok      {what} ({time.monotonic() - start:.1f} s){': ' + text if text else ''}", file=self.out, flush=True)
        return value

    def fail(self, what, problem):
        self.failed += 1
        print(f"  FAILED  {what}: {type(problem).__name__}: {problem}", file=self.out, flush=True)


class JourneyEnds(Exception):
    """A step failed; the rest of its journey makes no sense."""


def expect(condition, what):
    assert condition, what
    return what


def play(world, journal, only=""):
    """All journeys whose name has `only` in it; each begins anew, so one that fails does not hide the next."""
    cast = Cast(Pack(world.pack, world.village))
    for journey in JOURNEYS:
        name = journey.__doc__.splitlines()[0]
        if only.lower() not in name.lower():
            continue
        journal.journey(name)
        try:
            journey(world, cast, journal)
        except JourneyEnds:
            pass
        except WRONG as problem:
            journal.fail("between two steps", problem)
    return journal


def letter_at_the_kiosk(world, cast, journal):
    """A resident asks for a letter at the touchscreen and follows it"""
    service = cast.pack.service("letter")
    own = cast.pack.phone(21)
    phone = Phone(world.modem_control, own.e164)
    resident = journal.step("opens the page", lambda: Resident(world.ports["kiosk"], cast.language))
    journal.step("gives an identity number with a digit missing and is told kindly", lambda: kindly(
        lambda: resident.check(service["id"], cast.identity_field(service), cast.identity_number[:-1])))
    once = secrets.token_hex(16)
    answers = cast.answers(service)
    accepted = journal.step("answers, agrees and sends",
                            lambda: resident.submit(service["id"], answers, once, notify_phone=own.typed),
                            lambda a: f"code {a['code']}")
    journal.step("taps twice: the same code, not a second case", lambda: expect(
        resident.submit(service["id"], answers, once, notify_phone=own.typed)["code"] == accepted["code"],
        accepted["code"]))
    officer = journal.step("the officer signs in", lambda: Officer(world.ports["desk"], *OFFICER))
    case = journal.step("the letter is at the desk", lambda: until(lambda: officer.find(accepted["code"]), "the case"),
                        lambda c: f"{c['service']}, {c['state']}")
    journal.step("the officer reads it", lambda: expect(
        NAME in str(officer.open(case)["answers"]), "name and purpose are readable at the desk"))
    way = cast.pack.way_to_ready(service)
    for state in way:
        journal.step(f"the officer moves it to {state}", lambda s=state: officer.move(
            case, s, "", cast.says["collect"] if s == way[-1] else ""), lambda c: c["state"])
    journal.step("the kiosk shows it with the 8-digit code: a state and no more", lambda: until(
        lambda: plain_status(resident, accepted["code"], way[-1]), way[-1]))
    journal.step("with the receipt also the answer", lambda: same(
        resident.status(accepted["receipt"])["answer"], cast.says["collect"]))
    notice = journal.step("an SMS tells that there is news", lambda: news(phone, accepted["code"]))
    journal.step("it names neither person nor matter", lambda: expect(
        not any(word in notice for word in (NAME.split()[0], cast.pack.word(f"service.{service['id']}.title"),
                                            cast.pack.word(f"service.{service['id']}.sms"))), "content-free"))


def plain_status(resident, code, state):
    status = resident.status(code)
    return status if status["state"] == state and not status["full"] and not status.get("answer") else None


def same(value, expected):
    assert value == expected, f"{value!r}, not {expected!r}"
    return value


def news(phone, code):
    text = phone.receive()
    expect(code in text, f"{code} in {text}")
    return text


def complaint_by_sms(world, cast, journal):
    """A feature-phone user complains about a bridge, and asks how it stands"""
    service = cast.pack.service("complaint")
    phone = Phone(world.modem_control, cast.phone(12))
    word = cast.pack.keyword("report").lower()
    journal.step(f'texts "{word}"', lambda: phone.text(word))
    for field in cast.pack.asks_by_sms(service):
        if field["type"] == "text":
            break
        choice, name = cast.plain_choice(field)
        journal.step(f"answers {choice}: {name}", lambda c=choice: phone.text(str(c)))
    secret = cast.pack.word("sms.report.secret")
    reply = journal.step("tells the story in one SMS", lambda: phone.text(f"{secret} {cast.says['bridge']}"))
    code = journal.step("gets a code", lambda: code_of(reply))
    officer = journal.step("the officer signs in", lambda: Officer(world.ports["desk"], *OFFICER))
    case = journal.step("the complaint is at the desk", lambda: until(lambda: officer.find(code), "the case"),
                        lambda c: f"{c['service']}, {c['state']}")
    journal.step("with its words", lambda: expect(cast.says["bridge"] in str(officer.open(case)["answers"]), "readable"))
    step = journal.step("the officer verifies it", lambda: officer.open(case)["next"][0], lambda s: s["word"])
    officer.move(case, step["state"])
    kiosk = Resident(world.ports["kiosk"], cast.language)
    until(lambda: kiosk.status(code)["state"] == step["state"], "the new state on the box")
    journal.step("an SMS tells that there is news", lambda: news(phone, code))
    journal.step("the phone asks with the code, typed with the letter O for 0", lambda: asked_status(
        cast, phone, code, step["word"]))


def code_of(reply):
    code = code_in(reply)
    expect(code, f"a code in {reply}")
    return code


def asked_status(cast, phone, code, word):
    reply = phone.text(f"{cast.pack.keyword('status').capitalize()} #" + code.replace("0", "O"))
    expect(code in reply and word.lower() in reply.lower(), f"{word} in {reply}")
    return reply


def levy_report(world, cast, journal):
    """A report of an illegal levy reaches the inspectorate and nobody else"""
    resident = Resident(world.ports["kiosk"], cast.language)
    service = cast.pack.service("levy_report")
    accepted = journal.step("sends it anonymously and confidentially", lambda: resident.submit(
        service["id"], cast.answers(service), anonymous=True, confidential=True), lambda a: f"code {a['code']}")
    inspector = Officer(world.ports["desk"], *INSPECTOR)
    journal.step("the inspectorate sees it", lambda: until(lambda: inspector.find(accepted["code"]), "the report"),
                 lambda c: c["service"])
    officer = Officer(world.ports["desk"], *OFFICER)
    journal.step("an ordinary officer does not", lambda: expect(officer.find(accepted["code"]) is None, "not in the list"))


def letter_by_sms(world, cast, journal):
    """A feature-phone user begins a letter in digits"""
    phone = Phone(world.modem_control, cast.phone(13))
    journal.step("texts a bare greeting digit: the menu", lambda: menu(cast, phone.text("8")))
    journal.step("copies the first line of it: letters", lambda: phone.text(f"1 {cast.pack.word('sms.menu.letter')}"))
    reply = journal.step("chooses the first letter", lambda: phone.text("1"))
    for _ in range(6):
        if code_in(reply):
            break
        reply = journal.step("answers 1", lambda: phone.text("1"))
    code = journal.step("gets a code", lambda: code_of(reply))
    officer = Officer(world.ports["desk"], *OFFICER)
    journal.step("it is at the desk", lambda: same(
        until(lambda: officer.find(code), "the case")["service"], cast.pack.service("letter")["id"]))


def menu(cast, reply, language=None):
    expect(f"1 {cast.pack.word('sms.menu.letter', language)}\n" in reply, f"the menu: {reply}")
    return reply


def mistakes_are_answered_kindly(world, cast, journal):
    """Mistakes get a clear answer in the person's language, and nothing is kept"""
    service = cast.pack.service("letter")
    answers = cast.answers(service)
    resident = Resident(world.ports["kiosk"], cast.language)
    wrong = {cast.identity_field(service): cast.pack.wrong_identity_number()}
    journal.step("a wrong identity number", lambda: kindly(lambda: resident.submit(
        service["id"], cast.answers(service, **wrong))))
    journal.step("no consent", lambda: kindly(lambda: resident.submit(service["id"], answers, consent="")))
    journal.step("a code that does not exist", lambda: kindly(lambda: resident.status("1000 0009")))
    phone = Phone(world.modem_control, cast.phone(14))
    journal.step("a code with a wrong digit by SMS", lambda: phone.text(f"{cast.pack.keyword('status')}#48217730"))
    journal.step("an SMS of one space", lambda: menu(cast, phone.text(" ")))
    other = cast.pack.languages[1]
    journal.step(f"language: {other}", lambda: phone.text(cast.pack.keyword("language")) and same(
        phone.text("2"), cast.pack.word("sms.language.set", other)))


def kindly(ask):
    try:
        ask()
    except Refusal as refusal:
        fields = refusal.error.get("fields") or [{}]
        return fields[0].get("text") or refusal.error["text"]
    raise AssertionError("it was accepted")


def text_nobody_understood(world, cast, journal):
    """A text that no menu understands is offered as a report and not lost"""
    phone = Phone(world.modem_control, cast.phone(15))
    journal.step("sends a story without a keyword", lambda: same(
        phone.text(cast.says["well"]), cast.pack.word("sms.offer")))
    reply = journal.step("answers 1: make it a report", lambda: phone.text("1"))
    code = journal.step("gets a code", lambda: code_of(reply))
    officer = Officer(world.ports["desk"], *OFFICER)
    case = until(lambda: officer.find(code), "the case")
    journal.step("it is at the desk, in its own words", lambda: expect(
        cast.says["well"] in str(officer.open(case)["answers"]), "readable"))


def empty_sms(world, cast, journal):
    """An empty SMS gets the menu, and what waited before it is not lost"""
    phone = Phone(world.modem_control, cast.phone(16))
    journal.step("sends an empty SMS: the menu", lambda: menu(cast, phone.text("")))
    journal.step("sends a story: it is offered as a report", lambda: same(
        phone.text(cast.says["lamp"]), cast.pack.word("sms.offer")))
    journal.step("sends an empty SMS instead of an answer: the menu", lambda: menu(cast, phone.text("")))
    officer = Officer(world.ports["desk"], *OFFICER)
    unsorted = cast.pack.service("unsorted")["id"]
    journal.step("the story is at the desk, for somebody to read", lambda: until(
        lambda: read_by_somebody(officer, unsorted, cast.says["lamp"]), "the story"))
    journal.step("nothing stays on the SIM", lambda: until(lambda: phone.on_the_sim() == 0, "an empty SIM") and "empty")


def read_by_somebody(officer, service, words):
    for case in officer.cases(open=1)["cases"]:
        if case["service"] == service and words in str(officer.open(case)["answers"]):
            return service
    return None


def ten_parts(world, cast, journal):
    """A complaint as long as ten SMS arrives whole, whatever the order of its parts"""
    phone = Phone(world.modem_control, cast.phone(17))
    # 153 letters to a part, 67 in other alphabets.
    story = cast.long_story(650 if cast.pack.wide else 1400)
    keyword = cast.pack.keyword("report")
    journal.step(f"sends {len(story)} characters in ten parts, the last ones first", lambda: same(
        phone.send(f"{keyword}#{story}", order=list(range(10, 0, -1))), 10))
    code = journal.step("gets one code", lambda: code_of(phone.receive()))
    officer = Officer(world.ports["desk"], *OFFICER)
    case = journal.step("it is at the desk", lambda: until(lambda: officer.find(code), "the case"), lambda c: c["service"])
    journal.step("from the first word to the last", lambda: expect(
        story in [answer["value"] for answer in officer.open(case)["answers"]],
        f"{story.split()[0]} … {story.split()[-1]}"))
    journal.step("nothing stays on the SIM", lambda: until(lambda: phone.on_the_sim() == 0, "an empty SIM") and "empty")


def technician_checks_the_pack(world, cast, journal):
    """A technician checks the pack before it is installed"""
    journal.step("kentongan pack check: nothing is wrong", lambda: checked(world, world.pack, 0))
    broken = world.folder / "broken-pack" / world.pack.name
    shutil.copytree(world.pack, broken, dirs_exist_ok=True)
    with (broken / "pack.yaml").open("a", encoding="utf-8") as file:
        file.write("colour: red\n")
    line = len((broken / "pack.yaml").read_text(encoding="utf-8").splitlines())
    said = journal.step("a copy with a mistake is refused", lambda: checked(world, broken, 1))
    journal.step("file and line are named", lambda: expect(f"pack.yaml:{line}: " in said, f"pack.yaml:{line}"))


def checked(world, folder, status):
    done = subprocess.run([world.bin / "kentongan", "pack", "check", folder], capture_output=True, text=True,
                          timeout=60, check=False)
    said = (done.stdout + done.stderr).strip()
    expect(done.returncode == status, f"exit {done.returncode}: {said}")
    return said


JOURNEYS = (letter_at_the_kiosk, complaint_by_sms, levy_report, letter_by_sms, mistakes_are_answered_kindly,
            text_nobody_understood, empty_sms, ten_parts, technician_checks_the_pack)
