// What a page does: draws charts when they come into view, filters, moves by keys, keeps links to metrics and the theme.
(() => {
  'use strict';

  const root = document.documentElement;
  const byId = id => document.getElementById(id);

  // ---- sections ----
  const nav = byId('sections');
  const sections = [...document.querySelectorAll('main > section')].flatMap(section => {
    const heading = section.querySelector('h2');
    if (!heading) return [];
    section.id ||= 'section-' + heading.textContent.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const link = document.createElement('a');
    link.href = '#' + section.id;
    link.textContent = heading.textContent.trim();
    nav.append(link);
    return [{ section, link }];
  });
  // The last section whose heading has passed under the bar is the one being read.
  const mark = () => {
    const current = sections.filter(({ section }) => section.getBoundingClientRect().top < 140).at(-1) ?? sections[0];
    for (const entry of sections) entry === current ? entry.link.setAttribute('aria-current', 'true') : entry.link.removeAttribute('aria-current');
  };
  addEventListener('scroll', mark, { passive: true });
  mark();

  // ---- charts ----
  const charts = [...document.querySelectorAll('.chart')].map(figure => {
    const data = JSON.parse(figure.querySelector('script').textContent);
    const kind = labCharts.kinds[data.kind];
    const surface = figure.querySelector('.surface');
    surface.style.minHeight = kind.height(data) + 'px';
    return { figure, all: data, data, kind, surface, drawn: false };
  });

  const draw = chart => {
    const { surface, kind, data } = chart;
    const width = surface.clientWidth;
    if (!width) return;
    chart.drawn = true;
    const height = kind.height(data);
    surface.style.minHeight = height + 'px';
    echarts.getInstanceByDom(surface)?.dispose();
    const drawing = echarts.init(surface, null, { renderer: 'svg', width, height });
    drawing.setOption(kind.option(data, width));
    surface.querySelector('svg')?.setAttribute('viewBox', `0 0 ${width} ${height}`);
    drawing.on('click', item => {
      const anchor = data.rows?.[item.value?.[1]]?.anchor;
      if (anchor && byId(anchor)) location.hash = anchor;
    });
  };
  const redraw = () => charts.filter(chart => chart.drawn).forEach(draw);

  const near = new IntersectionObserver(entries => {
    for (const entry of entries.filter(entry => entry.isIntersecting)) {
      near.unobserve(entry.target);
      draw(charts.find(chart => chart.surface === entry.target));
    }
  }, { rootMargin: '400px' });
  charts.forEach(chart => near.observe(chart.surface));

  // The same figures as a table, made when first asked for.
  for (const chart of charts) {
    const details = chart.figure.querySelector('.figures');
    details.addEventListener('toggle', () => {
      if (!details.open || details.querySelector('table')) return;
      const { head, rows } = chart.kind.table(chart.all);
      const table = document.createElement('table');
      const line = (parent, cells, tag) => {
        const row = parent.insertRow();
        cells.forEach((text, index) => {
          const cell = row.appendChild(document.createElement(index === 0 ? 'th' : tag));
          cell.textContent = text;
          if (tag === 'th') cell.scope = 'col'; else if (index === 0) cell.scope = 'row';
          if (index > 0) cell.className = 'number';
        });
      };
      table.createCaption().textContent = chart.surface.getAttribute('aria-label');
      line(table.createTHead(), head, 'th');
      const body = table.createTBody();
      rows.forEach(cells => line(body, cells, 'td'));
      const scroll = document.createElement('div');
      scroll.className = 'wide';
      scroll.tabIndex = 0;
      scroll.append(table);
      details.append(scroll);
    });
  }

  let lastWidth = innerWidth, pending = 0;
  addEventListener('resize', () => {
    if (innerWidth === lastWidth) return;
    lastWidth = innerWidth;
    clearTimeout(pending);
    pending = setTimeout(redraw, 100);
  });

  // Paper is white, and shows every chart.
  addEventListener('beforeprint', () => { root.dataset.print = ''; charts.forEach(draw); });
  addEventListener('afterprint', () => { delete root.dataset.print; redraw(); });

  // ---- theme ----
  const themes = ['auto', 'light', 'dark'];
  const themeButton = byId('theme');
  const showTheme = () => { themeButton.textContent = `Theme: ${root.dataset.theme}`; };
  const nextTheme = () => {
    root.dataset.theme = themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length];
    try { localStorage.setItem('lab.theme', root.dataset.theme); } catch { /* a browser that keeps nothing for files */ }
    showTheme();
    redraw();
  };
  if (!themes.includes(root.dataset.theme)) root.dataset.theme = 'auto';
  showTheme();
  themeButton.addEventListener('click', nextTheme);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);

  // ---- filter: words of the box, and verdicts of the chips ----
  const box = byId('filter'), told = byId('filter-count');
  const chips = [...document.querySelectorAll('.chips button')];
  const items = [...document.querySelectorAll('[data-filter]')].map(element => ({ element, text: element.dataset.filter.toLowerCase() }));
  const filter = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = chips.filter(chip => chip.getAttribute('aria-pressed') === 'true').map(chip => chip.dataset.verdict);
    const holds = (text, verdict) => words.every(word => text.includes(word)) && (verdicts.length === 0 || verdict === undefined || verdicts.includes(verdict));
    let shown = 0;
    for (const { element, text } of items) {
      element.hidden = !holds(text, element.dataset.verdict);
      if (!element.hidden) shown++;
    }
    for (const chart of charts.filter(chart => chart.kind.filterable)) {
      chart.data = { ...chart.all, rows: chart.all.rows.filter(row => holds(row.name.toLowerCase(), row.verdict)) };
      if (chart.drawn) draw(chart);
    }
    told.textContent = words.length + verdicts.length > 0 ? `${shown} of ${items.length}` : '';
  };
  box.addEventListener('input', filter);
  for (const chip of chips) {
    chip.addEventListener('click', () => {
      chip.setAttribute('aria-pressed', String(chip.getAttribute('aria-pressed') !== 'true'));
      filter();
    });
  }

  // ---- permalinks ----
  const status = byId('status');
  const say = text => { status.textContent = text; };
  document.addEventListener('click', async event => {
    const link = event.target.closest?.('a.permalink');
    if (!link) return;
    // The link is followed too: where the clipboard is shut, the address bar has it.
    try { await navigator.clipboard.writeText(link.href); say('Link copied.'); } catch { say('Copy the link from the address bar.'); }
  });
  // A metric may be hidden by the filter, or lie in a part that is folded.
  const reveal = () => {
    const target = byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.hidden) { box.value = ''; chips.forEach(chip => chip.setAttribute('aria-pressed', 'false')); filter(); }
    for (let part = target.parentElement; part; part = part.parentElement) if (part.tagName === 'DETAILS') part.open = true;
    target.scrollIntoView();
    if (target.matches('.item')) target.focus({ preventScroll: true });
  };
  addEventListener('hashchange', reveal);
  if (location.hash) reveal();

  // ---- keys ----
  const keys = byId('keys');
  byId('keys-button').addEventListener('click', () => keys.showModal());
  const step = by => {
    const all = [...document.querySelectorAll('.item')].filter(item => item.offsetParent !== null);
    if (all.length === 0) return;
    const here = all.indexOf(document.activeElement?.closest?.('.item'));
    // From nowhere in particular, the next one is the first below the bar.
    const from = here >= 0 ? here + by : Math.max(0, all.findIndex(item => item.getBoundingClientRect().top > 60));
    const item = all[Math.min(all.length - 1, Math.max(0, from))];
    item.focus({ preventScroll: true });
    item.scrollIntoView({ block: 'nearest' });
    if (item.id) history.replaceState(null, '', '#' + item.id);
  };
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
    if (event.target === box) {
      if (event.key === 'Escape') { box.value = ''; filter(); box.blur(); }
      return;
    }
    if (event.target.matches?.('input, textarea, select')) return;
    const onItem = event.target.matches?.('.item');
    const act = {
      '/': () => { box.focus(); box.select(); },
      '?': () => keys.showModal(),
      t: nextTheme,
      j: () => step(1), k: () => step(-1),
      ...onItem && { ArrowDown: () => step(1), ArrowUp: () => step(-1) },
      ...onItem && event.target.querySelector('.figures, a.metric-link') && {
        Enter: () => {
          const figures = event.target.querySelector('.figures');
          if (figures) figures.open = !figures.open; else event.target.querySelector('a.metric-link').click();
        },
      },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
