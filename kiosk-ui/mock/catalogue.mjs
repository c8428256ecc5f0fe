// A few invented services for working on the pages without a gateway. Words: [first language, second language].

const word = (words, at) => (Array.isArray(words) ? words[Math.min(at, words.length - 1)] : words);

const worlds = {
  'id-jember': {
    languages: [['id', 'Indonesia', 'ltr'], ['en', 'English', 'ltr']],
    village: { name: 'Desa Contoh', example: true, office_hours: '08.00–14.00', phone: '+62 800 0000 0001' },
    identity: { length: 16, groups: [4, 4, 4, 4] },
    money: { symbol: 'Rp', group: '.', symbol_first: true },
    offset: 420,
    hamlets: [['krajan', 'Krajan'], ['sumber', 'Sumber'], ['gunung', 'Gunung Wetan'], ['kidul', 'Karang Kidul']],
    letters: [
      ['domicile', 'house', ['Keterangan Domisili', 'Proof of residence']],
      ['limited_means', 'hand_heart', ['Keterangan Tidak Mampu', 'Letter of limited means']],
      ['business', 'shop', ['Keterangan Usaha', 'Business letter']],
      ['birth', 'baby', ['Keterangan Kelahiran', 'Notice of birth']],
      ['death', 'flower', ['Keterangan Kematian', 'Notice of death']],
      ['police', 'shield', ['Pengantar SKCK', 'Letter for the police record']],
      ['lost', 'lost', ['Pengantar Laporan Kehilangan', 'Letter for a lost thing']],
      ['card', 'card', ['Pengantar KTP', 'Letter for an identity card']],
    ],
  },
  'xq-qamar': {
    languages: [['ar', 'العربية', 'rtl'], ['en', 'English', 'ltr']],
    village: { name: 'قرية المثال', example: true, office_hours: '08:00–14:00', phone: '+999 000 0001' },
    identity: { length: 10, groups: [3, 3, 4] },
    money: { symbol: 'ق', group: ',', symbol_first: false },
    offset: 180,
    hamlets: [['east', ['الشرق', 'East']], ['west', ['الغرب', 'West']]],
    letters: [
      ['residence', 'house', ['شهادة سكن', 'Proof of residence']],
      ['means', 'hand_heart', ['شهادة دخل محدود', 'Letter of limited means']],
    ],
  },
};

const purposes = [
  ['school', ['Sekolah', 'School']], ['bank', ['Bank', 'Bank']], ['work', ['Kerja', 'Work']],
  ['health', ['Berobat', 'Health']], ['other', ['Lainnya', 'Other']],
];

const lifecycles = [
  ['letter', [
    ['received', 'received', 1, ['Diterima', 'Received']],
    ['checked', 'working', 1, ['Diperiksa', 'Being checked']],
    ['signing', 'working', 1, ['Menunggu tanda tangan', 'Waiting for signature']],
    ['ready', 'ready', 1, ['Siap diambil', 'Ready to collect']],
    ['collected', 'done', 1, ['Sudah diambil', 'Collected']],
    ['incomplete', 'needs_person', 0, ['Belum lengkap', 'Incomplete']],
    ['refused', 'refused', 0, ['Ditolak', 'Refused']],
  ]],
  ['complaint', [
    ['received', 'received', 1, ['Diterima', 'Received']],
    ['checked', 'working', 1, ['Diverifikasi', 'Verified']],
    ['forwarded', 'forwarded', 1, ['Diteruskan', 'Forwarded']],
    ['answered', 'ready', 1, ['Dijawab', 'Answered']],
    ['closed', 'done', 1, ['Selesai', 'Closed']],
    ['refused', 'refused', 0, ['Ditolak', 'Refused']],
  ]],
];

const steps = {
  received: ['checked'], checked: ['signing', 'incomplete', 'refused', 'forwarded'], incomplete: ['checked', 'refused'],
  signing: ['ready'], ready: ['collected'], forwarded: ['answered'], answered: ['closed'],
};

export const worldOf = (name) => worlds[name] ?? worlds['id-jember'];

/** GET /api/v1/pack/{language} */
export function packOf(name, language, texts) {
  const world = worldOf(name);
  const at = Math.max(0, world.languages.findIndex(([tag]) => tag === language));
  const field = (id, type, ask, more = {}) => ({
    id, type, required: true, min: 0, max: 0, ask: word(ask, at), help: '', ...more,
    ...(more.choices ? { choices: more.choices.map(([choice, words]) => ({ id: choice, word: word(words, at) })) } : {}),
  });
  const lifecycle = lifecycles.map(([id, states]) => ({
    id, states: states.map(([state, role, step, words]) => ({ id: state, role, step: step === 1, word: word(words, at) })),
  }));
  const service = (id, kind, icon, title, fields, more = {}) => ({
    id, kind, icon, title: word(title, at), about: '', fee: 0, target_days: 3, applicant: false, anonymous_offered: true,
    confidential_offered: true, recipient: kind === 'levy_report' ? 'inspectorate' : 'district', documents: [], fields,
    lifecycle: kind === 'letter' ? 'letter' : 'complaint', ...more,
  });
  return {
    language, direction: world.languages[at][2], consent_version: `${language}-2026-11`, texts,
    identity: world.identity, money: world.money, utc_offset_minutes: world.offset,
    hamlets: world.hamlets.map(([id, words]) => ({ id, name: word(words, at) })),
    applicant: [
      field('identity_number', 'identity_number', ['Berapa NIK Anda?', 'What is your identity number?'],
        { help: word(['Lihat 16 angka di bagian atas KTP Anda.', 'Look at the digits at the top of your card.'], at) }),
      field('name', 'text', ['Siapa nama Anda?', 'What is your name?'], { min: 2, max: 60 }),
      field('hamlet', 'place', ['Anda tinggal di dusun mana?', 'In which hamlet do you live?']),
      field('birth', 'date', ['Kapan Anda lahir?', 'When were you born?'], { required: false }),
    ],
    services: [
      ...world.letters.map(([id, icon, title]) => service(id, 'letter', icon, title, [
        field('purpose', 'choice', ['Untuk keperluan apa?', 'What is it for?'], { choices: purposes }),
        field('purpose_other', 'text', ['Tuliskan keperluannya', 'Please write what for'],
          { max: 60, when: { field: 'purpose', equals: 'other' } }),
      ], {
        applicant: true, anonymous_offered: false, confidential_offered: false, target_days: 1,
        about: word(['Surat yang menerangkan tempat tinggal Anda.', 'A letter that says where you live.'], at),
        documents: [
          { id: 'rt', must: true, title: word(['Surat pengantar RT dan RW', 'Letter of the neighbourhood head'], at) },
          { id: 'kk', must: true, title: word(['Fotokopi Kartu Keluarga', 'Copy of the family card'], at) },
          { id: 'ktp', must: true, title: word(['Fotokopi KTP', 'Copy of the identity card'], at) },
          { id: 'photo', must: false, title: word(['Pas foto', 'Photograph'], at) },
        ],
      })),
      ...[['road', 'road', ['Jalan dan jembatan', 'Roads and bridges']], ['water', 'water', ['Air bersih', 'Clean water']],
        ['aid', 'aid', ['Bantuan sosial', 'Social aid']], ['office', 'office', ['Pelayanan desa', 'Village services']]]
        .map(([id, icon, title]) => service(id, 'complaint', icon, title, [
          field('story', 'text', ['Ceritakan: apa, di mana, kapan?', 'Tell us: what, where, when?'], { min: 5, max: 400 }),
          field('place', 'place', ['Di dusun mana?', 'In which hamlet?'], { required: false }),
        ])),
      service('illegal_levy', 'levy_report', 'levy', ['Lapor pungutan liar', 'Report an illegal levy'], [
        field('what', 'choice', ['Untuk layanan apa uang diminta?', 'For which service was money asked?'],
          { choices: [['letter', ['Surat', 'Letter']], ['aid', ['Bantuan', 'Aid']], ['school', ['Sekolah', 'School']], ['other', ['Lainnya', 'Other']]] }),
        field('amount', 'money', ['Berapa uang yang diminta?', 'How much was asked?'], { required: false, max: 999999999 }),
        field('who', 'choice', ['Siapa yang meminta?', 'Who asked?'],
          { choices: [['officer', ['Petugas desa', 'Village officer']], ['neighbour', ['Ketua RT/RW', 'Neighbourhood head']], ['stranger', ['Orang lain', 'Somebody else']]] }),
        field('receipt', 'yes_no', ['Apakah diberi kuitansi?', 'Did you get a receipt?']),
      ]),
    ],
    lifecycles: lifecycle,
  };
}

/** GET /desk/api/v1/pack/{language} */
export function deskPackOf(name, language, texts) {
  const pack = packOf(name, language, texts);
  return {
    texts, direction: pack.direction, utc_offset_minutes: pack.utc_offset_minutes, money: pack.money,
    services: pack.services.map(({ id, title, kind }) => ({ id, title, kind })),
    lifecycles: pack.lifecycles.map(({ id, states }) => ({
      id, states: states.map((state) => ({
        id: state.id, word: state.word, role: state.role,
        next: (steps[state.id] ?? []).filter((next) => states.some((one) => one.id === next)),
        reason_required: ['refused', 'needs_person'].includes(state.role),
      })),
    })),
    villages: [{ box: 1, name: worldOf(name).village.name }, { box: 2, name: 'Desa Umpama' }],
  };
}
