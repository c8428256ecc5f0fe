// All cases that this officer may see: a summary on top, filters, then the newest first.

import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../components/icon/icon';
import { byFour, onlyDigits } from '../shared/digits';
import { useDesk, whenWords } from './desk';
import { kNoFilter, queryOf, stateOf } from './types';
import type { Filter, List, Summary } from './types';

const kRefreshMs = 30000;

export function CaseList({ filter, active, onFilter, onOpen }: {
  filter: Filter;
  /** Shown and signed in: looks for news now and then. */
  active: boolean;
  onFilter: (filter: Filter) => void;
  onOpen: (id: string) => void;
}) {
  const desk = useDesk();
  const { t, pack, api } = desk;
  const [list, setList] = useState<List | null>(null);
  const [summary, setSummary] = useState<Summary | null>(null);
  const [fault, setFault] = useState('');
  const [search, setSearch] = useState(filter.q);

  useEffect(() => {
    if (!active) return;
    let gone = false;
    const look = async (byItself = false) => {
      const [cases, counts] = await Promise.all([
        api.get<List>(queryOf(filter), byItself), api.get<Summary>('summary', byItself)]);
      if (gone) return;
      if (cases.ok) setList(cases.value);
      if (counts.ok) setSummary(counts.value);
      setFault(!cases.ok ? desk.failed(cases.failure) : '');
    };
    void look();
    const id = setInterval(() => void (document.hidden || look(true)), kRefreshMs);
    return () => {
      gone = true;
      clearInterval(id);
    };
  }, [filter, active, pack]);

  const set = (change: Partial<Filter>) => onFilter({ ...filter, page: 1, ...change });
  const states = new Map<string, string>();
  for (const cycle of pack.lifecycles) for (const state of cycle.states) if (!states.has(state.id)) states.set(state.id, state.word);
  const filtered = filter.state !== '' || filter.service !== '' || filter.box !== '' || filter.q !== '';

  return (
    <main class="list">
      {summary && <SummaryStrip summary={summary} filter={filter} onState={(state) => set({ state })} />}
      <section class="filters" aria-label={t('desk.filter.name')}>
        <form class="search" role="search" onSubmit={(event) => {
          event.preventDefault();
          set({ q: onlyDigits(search).slice(0, 8), open: search === '' ? filter.open : false });
        }}>
          <input name="q" inputMode="numeric" autocomplete="off" maxLength={12} placeholder={t('desk.filter.code')}
            aria-label={t('desk.filter.code')} value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
          <button type="submit" class="plain" aria-label={t('desk.filter.find')}><Icon name="status" /></button>
        </form>
        <div class="either" role="group" aria-label={t('desk.filter.open')}>
          <button type="button" aria-pressed={filter.open} data-id="open" onClick={() => set({ open: true })}>{t('desk.filter.open')}</button>
          <button type="button" aria-pressed={!filter.open} data-id="all" onClick={() => set({ open: false })}>{t('desk.filter.all')}</button>
        </div>
        <Pick label={t('desk.filter.state')} name="state" value={filter.state} onPick={(state) => set({ state })}
          options={Array.from(states, ([id, word]) => ({ id, word }))} />
        <Pick label={t('desk.filter.service')} name="service" value={filter.service} onPick={(service) => set({ service })}
          options={pack.services.map((one) => ({ id: one.id, word: one.title }))} />
        <Pick label={t('desk.filter.village')} name="box" value={filter.box} onPick={(box) => set({ box })}
          options={pack.villages.map((one) => ({ id: String(one.box), word: one.name }))} />
        {filtered && (
          <button type="button" class="plain" data-id="clear" onClick={() => {
            setSearch('');
            onFilter(kNoFilter);
          }}><Icon name="cross" /><span>{t('desk.filter.clear')}</span></button>
        )}
      </section>
      {fault !== '' && <p class="fault" role="alert"><Icon name="warn" />{fault}</p>}
      {list && list.cases.length === 0 && <p class="nothing"><Icon name="received" /><span>{t('desk.list.none')}</span></p>}
      {list && list.cases.length > 0 && (
        <table class="cases">
          <thead>
            <tr>
              <th>{t('desk.list.code')}</th><th>{t('desk.list.service')}</th><th>{t('desk.list.village')}</th>
              <th>{t('desk.list.state')}</th><th>{t('desk.list.received')}</th><th>{t('desk.list.due')}</th>
            </tr>
          </thead>
          <tbody>
            {list.cases.map((row) => {
              const state = stateOf(pack, row.lifecycle, row.state);
              return (
                <tr key={row.id} data-id={row.id} onClick={() => onOpen(row.id)}>
                  <td class="code"><button type="button" dir="ltr" onClick={(event) => {
                    event.stopPropagation();
                    onOpen(row.id);
                  }}>{byFour(row.code)}</button></td>
                  <td class="service">{pack.services.find((one) => one.id === row.service)?.title ?? row.service}</td>
                  <td class="village">{row.village}</td>
                  <td><span class={`state role-${state?.role ?? ''}`}>{state?.word ?? row.state}</span></td>
                  <td class="when">{whenWords(desk, row.received_at)}</td>
                  <td class="due">{row.overdue
                    ? <span class="late"><Icon name="warn" />{t('desk.list.overdue')}</span>
                    : row.due_at > 0 ? whenWords(desk, row.due_at, false) : ''}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {list && (
        <nav class="pages" aria-label={t('desk.list.pages')}>
          <span>{t('desk.list.total', { n: list.total })}</span>
          <button type="button" class="plain" data-id="newer" disabled={list.page <= 1} onClick={() => set({ page: list.page - 1 })}>
            <Icon name="back" /><span>{t('desk.list.newer')}</span></button>
          <span dir="ltr">{`${list.page} / ${list.pages}`}</span>
          <button type="button" class="plain" data-id="older" disabled={list.page >= list.pages} onClick={() => set({ page: list.page + 1 })}>
            <span>{t('desk.list.older')}</span><Icon name="next" /></button>
        </nav>
      )}
    </main>
  );
}

function Pick({ label, name, value, options, onPick }: {
  label: string; name: string; value: string; options: { id: string; word: string }[]; onPick: (id: string) => void;
}) {
  return (
    <label class={`pick ${value === '' ? '' : 'set'}`}>
      <span>{label}</span>
      <select name={name} value={value} autocomplete="off" onChange={(event) => onPick(event.currentTarget.value)}>
        <option value="">{'–'}</option>
        {options.map((one) => <option key={one.id} value={one.id}>{one.word}</option>)}
      </select>
    </label>
  );
}

function SummaryStrip({ summary, filter, onState }: { summary: Summary; filter: Filter; onState: (state: string) => void }) {
  const desk = useDesk();
  const { t, pack } = desk;
  const counts = new Map<string, { word: string; role: string; n: number }>();
  for (const cycle of pack.lifecycles) {
    for (const state of cycle.states) {
      const n = summary.by_state[`${cycle.id}/${state.id}`] ?? 0;
      if (n === 0) continue;
      const known = counts.get(state.id);
      counts.set(state.id, { word: known?.word ?? state.word, role: state.role, n: (known?.n ?? 0) + n });
    }
  }
  return (
    <section class="summary">
      <div class="counts">
        <span class={`count ${summary.overdue > 0 ? 'late' : ''}`}><b>{summary.overdue}</b><small>{t('desk.summary.overdue')}</small></span>
        {Array.from(counts, ([id, one]) => (
          <button type="button" key={id} class={`count role-${one.role}`} aria-pressed={filter.state === id} data-id={`count-${id}`}
            onClick={() => onState(filter.state === id ? '' : id)}>
            <b>{one.n}</b><small>{one.word}</small>
          </button>
        ))}
      </div>
      <details class="boxes">
        <summary><Icon name="linked" /><span>{t('desk.summary.boxes', { n: summary.boxes.length })}</span></summary>
        <ul>
          {summary.boxes.map((one) => (
            <li key={one.box}>
              <b>{one.village}</b>
              <span>{t('desk.summary.reached', { when: whenWords(desk, one.last_contact) })}</span>
              {one.waiting > 0 && <span class="waiting"><Icon name="queued" />{t('desk.summary.waiting', { n: one.waiting })}</span>}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
