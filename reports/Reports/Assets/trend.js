// The trend page: a small course beside every metric, and the chosen one at large. Only the chosen one is a chart.
addEventListener('DOMContentLoaded', () => {
  'use strict';

  const { token, escape, quantity, times, fill, frame } = labCharts;
  const data = JSON.parse(document.getElementById('trend-data').textContent);
  const [surface, title, table] = ['trend-chart', 'chosen-name', 'trend-table'].map(id => document.getElementById(id));
  if (data.series.length === 0) return;
  const byId = new Map(data.series.map(series => [series.id, series]));
  const nightsAt = series => series.at ?? series.values.map((_, i) => series.first + i);
  const write = (series, value) => value === null || value === undefined ? 'failed' : series.ratio ? times(value) : quantity(value, series.unit);

  // ---- courses: the whole window in the same width for all, so that a bad night stands below itself ----
  const [width, height, buckets] = [180, 26, 90];
  const course = series => {
    const at = nightsAt(series);
    const known = series.values.filter(value => value !== null);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    // A course fills its height only from one part in ten on: noise shall not look like a mountain.
    const span = Math.max(high - low, Math.abs(high) * 0.1) || 1, middle = (low + high) / 2;
    const x = night => (data.nights.length > 1 ? night / (data.nights.length - 1) : 0.5) * width;
    const y = value => height / 2 - (value - middle) / span * (height - 4);
    const stride = Math.max(1, Math.ceil(series.values.length / buckets));
    let path = '', last = -1;
    for (let i = 0; i < series.values.length; i += stride) {
      const part = series.values.slice(i, i + stride).filter(value => value !== null).sort((a, b) => a - b);
      const environment = series.environments?.[i] ?? 0;
      if (part.length > 0) path += `${last === environment ? 'L' : 'M'}${x(at[Math.min(i + (stride >> 1), at.length - 1)]).toFixed(1)} ${y(part[part.length >> 1]).toFixed(1)}`;
      last = part.length > 0 ? environment : -1;
    }
    const mark = (night, kind) => `<line class="${kind}" x1="${x(night).toFixed(1)}" x2="${x(night).toFixed(1)}" y1="0" y2="${height}"/>`;
    const marks = [
      ...series.resets.map(reset => mark(reset.at, 'reset')),
      ...series.events.filter(event => event.kind === 'change point' && !event.alarming).map(event => mark(event.at, 'step')),
      ...series.events.filter(event => event.alarming).map(event => mark(event.at, 'bad')),
    ];
    return `<svg viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" aria-hidden="true"><path d="${path}"/>${marks.join('')}</svg>`;
  };
  const rows = [...document.querySelectorAll('.trends .item')];
  for (const row of rows) row.querySelector('.course').innerHTML = course(byId.get(row.id));

  // ---- the chosen metric ----
  const median = values => {
    const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };
  const colourOf = event => token(event.state.startsWith('explained') ? 'undecided' : event.direction === 'changed' ? 'fg' : event.direction);
  const shapeOf = event => event.direction === 'regressed' ? '▲' : event.direction === 'improved' ? '▼' : '◆';

  const option = series => {
    const page = frame();
    const at = nightsAt(series);
    const points = at.map((night, i) => ({ night, value: series.values[i], environment: series.environments?.[i] ?? 0 }));
    const environments = [...new Set(points.map(point => point.environment))];
    const steps = series.events.filter(event => event.kind === 'change point');
    const alarms = series.events.filter(event => event.kind === 'alarm');
    const known = points.filter(point => point.value !== null).map(point => point.value);
    const top = known.length > 0 ? Math.max(...known) : 1;

    // The level between two steps of one environment.
    const levels = environments.flatMap(environment => {
      const line = points.filter(point => point.environment === environment && point.value !== null);
      const bounds = [0, ...steps.filter(step => step.environment === environment).map(step => line.findIndex(point => point.night === step.at)), line.length];
      return bounds.slice(1).flatMap((to, i) => {
        const part = line.slice(bounds[i], to);
        if (part.length === 0) return [];
        const level = median(part.map(point => point.value));
        return [[{ coord: [data.nights[part[0].night], level] }, { coord: [data.nights[part.at(-1).night], level] }]];
      });
    });
    // Nights are names on the axis: an annotation stands at the first night not before it.
    const noteAt = note => data.nights.find(night => night >= note.date) ?? data.nights.at(-1);
    const upright = (night, text, colour, type, end) => ({
      xAxis: night, lineStyle: { color: colour, type, width: 1.5 },
      label: { formatter: text, color: colour, fontSize: 11, position: end ? 'insideEndTop' : 'end', rotate: end ? 90 : 0, distance: end ? [4, 3] : 4 },
    });
    const alarmNights = alarms.flatMap(alarm => points
      .filter(point => point.environment === alarm.environment && point.night >= alarm.at && point.night <= alarm.until)
      .map(point => ({ value: [data.nights[point.night], point.value ?? top], symbolRotate: alarm.direction === 'improved' ? 180 : 0, itemStyle: { color: colourOf(alarm) } })));
    const failed = points.filter(point => point.value === null);
    return {
      ...page.option,
      legend: { show: false },
      grid: { left: 76, right: 26, top: 30, bottom: 62 },
      tooltip: {
        ...page.option.tooltip, trigger: 'axis', axisPointer: { type: 'line', lineStyle: { color: page.muted } },
        formatter: items => {
          const night = data.nights.indexOf(items[0].axisValue);
          const lines = [`<b>${items[0].axisValue}</b>, commit ${escape(data.commits[series.suite][night] ?? 'unknown')}`];
          for (const point of points.filter(point => point.night === night))
            lines.push(`${environments.length > 1 ? `environment ${point.environment + 1}: ` : ''}<b>${write(series, point.value)}</b>`);
          for (const event of series.events.filter(event => night >= event.at && night <= (event.kind === 'alarm' ? event.until : event.at)))
            lines.push(`${shapeOf(event)} ${event.kind} ${escape(event.effect)}, ${escape(event.state)}`);
          for (const reset of series.resets.filter(reset => reset.at === night)) lines.push('⟲ new baseline', ...reset.changes.map(escape));
          return lines.join('<br>');
        },
      },
      xAxis: {
        type: 'category', data: data.nights, boundaryGap: false,
        axisLabel: { color: page.muted, fontSize: 11, hideOverlap: true }, axisLine: { lineStyle: { color: page.line } }, axisTick: { show: false },
      },
      yAxis: page.values(series.unit, {
        scale: true, splitNumber: 5,
        axisLabel: { color: page.muted, fontSize: 11, formatter: value => series.ratio ? `${Number(value.toPrecision(4))} ×` : quantity(value, series.unit, number => String(Number(number.toPrecision(4)))) },
      }),
      dataZoom: [{
        type: 'slider', height: 20, bottom: 8, showDataShadow: false, borderColor: page.line, fillerColor: 'transparent', backgroundColor: page.card,
        textStyle: { color: page.muted, fontSize: 10 }, handleStyle: { color: page.card, borderColor: page.muted }, moveHandleStyle: { color: page.muted },
      }],
      series: [
        ...environments.map((environment, index) => ({
          type: 'line', name: `environment ${environment + 1}`, symbol: ['circle', 'diamond', 'rect'][index % 3], symbolSize: 4,
          showSymbol: true, showAllSymbol: true, connectNulls: false,
          lineStyle: { width: 1.2, type: ['solid', 'dashed', 'dotted'][index % 3], color: index === 0 ? token('subject') : fill(index).color }, itemStyle: index === 0 ? { color: token('subject') } : fill(index),
          data: points.filter(point => point.environment === environment).map(point => [data.nights[point.night], point.value]),
        })),
        {
          type: 'scatter', data: [], silent: true, z: 4,
          markLine: {
            silent: true, symbol: 'none', animation: false,
            data: [
              ...levels.map(([from, to]) => [{ ...from, lineStyle: { color: page.fg, type: 'solid', width: 2 }, label: { show: false } }, to]),
              ...steps.map(step => upright(data.nights[step.at], `${shapeOf(step)} ${step.effect}`, colourOf(step), 'solid', false)),
              ...series.resets.map(reset => upright(data.nights[reset.at], '⟲ new baseline', page.muted, 'dotted', true)),
              ...series.notes.map(note => upright(noteAt(note), `✎ ${note.text}`, token('undecided'), 'dashed', true)),
            ],
          },
        },
        { type: 'scatter', silent: true, z: 5, symbol: 'triangle', symbolSize: 11, data: alarmNights },
        {
          type: 'scatter', silent: true, z: 5, symbolSize: 0, data: failed.map(point => [data.nights[point.night], top]),
          label: { show: true, formatter: '✕', color: token('fail'), fontSize: 13 },
        },
      ],
    };
  };

  const tabulate = series => {
    const at = nightsAt(series);
    const part = (caption, head, body) => body.length === 0 ? '' : `<table><caption>${caption}</caption><thead><tr>${head.map(text => `<th scope="col">${text}</th>`).join('')}</tr></thead><tbody>${
      body.map(cells => `<tr>${cells.map((text, i) => i === 0 ? `<th scope="row">${escape(text)}</th>` : `<td>${escape(text)}</td>`).join('')}</tr>`).join('')}</tbody></table>`;
    table.innerHTML = part('Steps and alarms', ['Night', 'What', 'Effect', 'Before', 'After', 'p', 'Commits', 'State'], series.events.map(event => [
      data.nights[event.at], `${event.kind}, ${event.direction}`, event.effect, write(series, event.before), write(series, event.after),
      event.p === undefined ? '–' : event.p.toPrecision(2), event.commits, event.state,
    ])) + part('New baselines', ['Night', 'What changed'], series.resets.map(reset => [data.nights[reset.at], reset.changes.join('; ') || 'unknown']))
      + part('Annotations', ['Date', 'Text'], series.notes.map(note => [note.date, note.text]))
      + part('Nights', ['Night', 'Value', 'Commit', 'Environment'], series.values.map((value, i) => [
        data.nights[at[i]], write(series, value), data.commits[series.suite][at[i]] ?? 'unknown', (series.environments?.[i] ?? 0) + 1,
      ]).reverse());
  };

  let chosen = null, figuresOf = null;
  const details = table.closest('details');
  const showFigures = () => { if (details.open && figuresOf !== chosen) { figuresOf = chosen; tabulate(chosen); } };
  details.addEventListener('toggle', showFigures);

  const draw = () => {
    if (!chosen || !surface.clientWidth) return;
    echarts.getInstanceByDom(surface)?.dispose();
    const box = { width: surface.clientWidth, height: 340 };
    const chart = echarts.init(surface, null, { renderer: 'svg', ...box });
    chart.setOption(option(chosen));
    surface.querySelector('svg').setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
  };
  const choose = row => {
    if (!row || chosen?.id === row.id) return;
    rows.forEach(other => other === row ? other.setAttribute('aria-current', 'true') : other.removeAttribute('aria-current'));
    chosen = byId.get(row.id);
    title.textContent = chosen.name;
    surface.setAttribute('aria-label', `${chosen.name} by night`);
    draw();
    showFigures();
  };
  const fromHash = () => rows.find(row => row.id === decodeURIComponent(location.hash.slice(1)));
  document.addEventListener('focusin', event => choose(event.target.closest?.('.trends .item')));
  document.addEventListener('click', event => {
    const row = event.target.closest?.('.trends .item');
    if (!row) return;
    choose(row);
    if (!event.target.closest('a')) history.replaceState(null, '', '#' + row.id);
  });
  addEventListener('hashchange', () => choose(fromHash()));
  choose(fromHash() ?? rows.find(row => byId.get(row.id).events.some(event => event.alarming)) ?? rows[0]);

  // ---- theme, paper and width ----
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  addEventListener('beforeprint', draw);
  addEventListener('afterprint', draw);
  let lastWidth = innerWidth, pending = 0;
  addEventListener('resize', () => {
    if (innerWidth === lastWidth) return;
    lastWidth = innerWidth;
    clearTimeout(pending);
    pending = setTimeout(draw, 100);
  });
});
