// The live page: one table for each run that goes on, filled by server-sent events. The browser connects again by itself.
(() => {
  'use strict';
  const byId = id => document.getElementById(id);
  const runs = new Map();
  const element = (name, text, className) => Object.assign(document.createElement(name), { textContent: text ?? '', className: className ?? '' });
  const state = text => { byId('live-state').textContent = text; };
  const sectionOf = id => {
    if (runs.has(id)) return runs.get(id);
    const section = element('div', '', 'live-run');
    const title = element('h3');
    const link = Object.assign(element('a', id), { href: `/runs/${encodeURIComponent(id)}/` });
    const facts = element('span', '', 'muted');
    title.append(link, ' ', facts);
    const table = element('table');
    const head = element('thead'), row = element('tr'), body = element('tbody');
    row.append(element('th', 'Scenario'), element('th', 'Verdict'), element('th', 'Time', 'number'), element('th', 'Reason'));
    head.append(row);
    table.append(head, body);
    section.append(title, table);
    byId('live-runs').append(section);
    byId('live-none').hidden = true;
    const run = { section, facts, body, suite: '', samples: 0, ended: false };
    runs.set(id, run);
    return run;
  };
  const show = run => { run.facts.textContent = `${run.suite} · ${run.samples} samples${run.ended ? ' · ended' : ''}`; };
  const on = (kind, act) => source.addEventListener(kind, event => {
    const told = JSON.parse(event.data);
    const run = sectionOf(told.run);
    act(run, told);
    show(run);
  });
  const source = new EventSource('/live/events');
  source.addEventListener('hello', () => { runs.forEach(run => run.section.remove()); runs.clear(); byId('live-none').hidden = false; state('connected'); });
  source.onerror = () => state('connecting');
  on('run', (run, told) => { run.suite = told.suite; });
  on('samples', (run, told) => { run.samples = told.samples; });
  on('end', run => { run.ended = true; });
  on('result', (run, told) => {
    const row = element('tr'), verdict = element('td');
    verdict.append(element('span', told.verdict, `badge ${told.verdict === 'skip' ? 'skip-verdict' : told.verdict}`));
    row.append(element('td', told.scenario, 'name'), verdict, element('td', `${told.seconds.toFixed(1)} s`, 'number'), element('td', told.reason, 'reason'));
    run.body.append(row);
  });
})();
