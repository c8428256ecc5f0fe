"""Who plays in the small world and what they say: examples, in the language and by the rules of the pack they live in.

Nobody is real: identity numbers and telephones are those that the pack keeps for examples.
"""

NAME = "Siti Contoh"
# The telephones of the journeys, as example numbers of the pack.
PHONES = (12, 13, 14, 15, 16, 17, 21)

# What people write, by language. Each has its own words, so that a search finds whose they are.
WORDS = {
    "id": {
        "bridge": "jembatan bambu dusun krajan putus sejak minggu, anak sekolah memutar",
        "well": "pak lurah sumur di gumuk kering sudah dua bulan",
        "flood": "warung saya di dusun tegal terkena banjir bandang",
        "lamp": "lampu di jalan makam mati semua sejak malam selasa",
        "short": "contoh cerita singkat",
        "collect": "Silakan ambil di balai desa.",
        "long": ("selokan", "tersumbat lumpur dan sampah di depan rumah warga", "meluap"),
    },
    "ar": {
        "bridge": "جسر الخشب عند النبع مكسور منذ الأحد والأولاد يدورون بعيدا",
        "well": "يا شيخ بئر الحي الأعلى جفت منذ شهرين",
        "flood": "دكاني في الحي الأسفل غمره السيل البارحة",
        "lamp": "مصابيح طريق المقبرة مطفأة كلها منذ ليلة الثلاثاء",
        "short": "قصة قصيرة للمثال",
        "collect": "تعال لأخذها من مكتب القرية.",
        "long": ("الساقية", "مسدودة بالطين والقمامة أمام البيوت", "فاضت"),
    },
    "en": {
        "bridge": "the bamboo bridge has been broken since Sunday, children walk around",
        "well": "sir the well on the hill has been dry for two months",
        "flood": "my stall by the field was hit by the flash flood",
        "lamp": "all lamps on the graveyard road are out since Tuesday night",
        "short": "a short example story",
        "collect": "Please collect it at the village hall.",
        "long": ("drainage", "is full of mud and waste before our houses", "overflows"),
    },
}


class Cast:
    """The people of one village."""

    def __init__(self, pack):
        self.pack = pack
        self.language = pack.language
        self.says = WORDS.get(pack.language, WORDS["en"])
        self.identity_number = pack.identity_number()

    def phone(self, number):
        return self.pack.phone(number).e164

    def answers(self, service, **others):
        """A right answer to everything that must be answered at the kiosk; `others` by field."""
        given = {}
        for field in self.pack.asks(service):
            condition = field.get("when")
            asked = not condition or given.get(condition["field"]) == condition["equals"]
            if asked and field.get("required") != "false":
                given[field["id"]] = self._answer(field)
        return {**given, **{name: value for name, value in others.items() if name in given}}

    def identity_field(self, service):
        return next(field["id"] for field in self.pack.asks(service) if field["type"] == "identity_number")

    def _answer(self, field):
        kind = field["type"]
        if kind == "choice":
            return self.plain_choice(field)[1]
        if kind == "place":
            return self.pack.village["hamlets"][0]["id"]
        if kind == "text":
            return NAME if field in self.pack.applicant else self.says["short"]
        return {"identity_number": self.identity_number, "yes_no": "yes", "date": "2026-11-20",
                "phone": self.phone(9), "number": field.get("min", "1"), "money": "50000"}[kind]

    @staticmethod
    def plain_choice(field):
        """Number and id of the first choice that is an answer and not a door to another service."""
        return next((at, one["id"]) for at, one in enumerate(field["choices"], 1) if "leads_to" not in one)

    def long_story(self, characters):
        first, middle, last = self.says["long"]
        room = characters - len(first) - len(last) - 1
        return first + (f" {middle}" * (room // len(middle) + 1))[:room] + " " + last

    def planted(self):
        """What the journeys tell about persons and matters; none of it may be readable on the box."""
        phones = [self.pack.phone(number).national for number in PHONES]
        stories = [self.says[name] for name in ("bridge", "well", "lamp", "short", "collect")]
        return (NAME, self.identity_number, *phones, *(story[:16] for story in stories), self.says["long"][1])
