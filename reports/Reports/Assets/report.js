// Draws the page's charts with ECharts, as SVG, in the colours of the page's style. Every figure also stands in a table.
(() => {
  'use strict';

  const phaseColours = ['#4e79a7', '#f28e2b', '#76b7b2', '#e15759', '#59a14f', '#d4a72c', '#b07aa1', '#ff9da7', '#9c755f', '#8f8f8f'];

  const token = name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
  const escape = text => String(text).replace(/[&<>"']/g, c => '&#' + c.charCodeAt(0) + ';');

  // As Quantity.Format of the report.
  const digits = value => {
    if (value === 0) return '0';
    const magnitude = Math.abs(value);
    if (magnitude >= 1e6 || magnitude < 1e-4) return value.toExponential(2);
    return value.toFixed(Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(magnitude)))));
  };
  const tidy = value => String(Number(value.toPrecision(3)));
  const prefixed = (value, step, prefixes, unit, write) => {
    let index = 0;
    while (Math.abs(value) >= step && index < prefixes.length - 1) { value /= step; index++; }
    return `${write(value)} ${prefixes[index]}${unit}`;
  };
  const quantity = (value, unit, write = digits) => {
    switch (unit) {
      case 's':
        if (value !== 0 && Math.abs(value) < 0.001) return `${write(value * 1e6)} µs`;
        return value !== 0 && Math.abs(value) < 1 ? `${write(value * 1000)} ms` : `${write(value)} s`;
      case 'B': return prefixed(value, 1024, ['', 'Ki', 'Mi', 'Gi', 'Ti'], unit, write);
      case 'B/s': case 'bit/s': case 'packet/s': return prefixed(value, 1000, ['', 'k', 'M', 'G', 'T'], unit, write);
      case 'iops': return prefixed(value, 1000, ['', 'k', 'M', 'G', 'T'], '', write);
      case 'ratio': case 'count': return write(value);
      default: return `${write(value)} ${unit}`;
    }
  };

  const frame = () => {
    const [fg, muted, line, card] = ['fg', 'muted', 'line', 'card'].map(token);
    return {
      fg, muted, line,
      option: {
        animation: false,
        textStyle: { fontFamily: 'system-ui, "Noto Sans", sans-serif', color: fg },
        tooltip: { backgroundColor: card, borderColor: line, textStyle: { color: fg, fontSize: 12 }, confine: true },
        legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 10, textStyle: { color: fg, fontSize: 12 } },
      },
      values: (unit, extra) => ({
        type: 'value',
        axisLabel: { color: muted, fontSize: 11, hideOverlap: true, formatter: value => quantity(value, unit, tidy) },
        splitLine: { lineStyle: { color: line } },
        axisLine: { show: false }, axisTick: { show: false },
        ...extra,
      }),
      names: (names, width) => ({
        type: 'category', data: names, inverse: true,
        axisLabel: { color: fg, fontSize: 12, width, overflow: 'truncate', interval: 0 },
        axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      }),
    };
  };

  // Room for names, as much as they need and less than half of the drawing.
  const nameWidth = (names, width) => Math.min(width * 0.42, 14 + 6.7 * Math.max(...names.map(name => name.length)));

  const kinds = {
    timeline: {
      height: data => 70 + 24 * data.rows.length,
      option: (data, width) => {
        const page = frame();
        const names = data.rows.map(row => row.title);
        const left = nameWidth(names, width);
        const cursor = data.rows.map(() => 0);
        const series = data.phases.flatMap((phase, index) => {
          const gaps = [], bars = [];
          data.rows.forEach((row, at) => {
            const part = row.phases.find(candidate => candidate.name === phase);
            const start = Math.max(cursor[at], part ? part.start : 0);
            const end = part ? Math.max(start, part.end) : start;
            gaps.push(part ? start - cursor[at] : 0);
            bars.push({ value: end - start, itemStyle: { opacity: row.baseline ? 0.55 : 1 } });
            if (part) cursor[at] = end;
          });
          return [
            { type: 'bar', stack: 'time', silent: true, data: gaps, itemStyle: { color: 'transparent' }, barMaxWidth: 16 },
            { type: 'bar', stack: 'time', name: phase, data: bars, itemStyle: { color: phaseColours[index % phaseColours.length] }, barMaxWidth: 16 },
          ];
        });
        return {
          ...page.option,
          legend: { ...page.option.legend, data: data.phases },
          grid: { left, right: 20, top: 34, bottom: 26 },
          tooltip: {
            ...page.option.tooltip, trigger: 'axis', axisPointer: { type: 'none' },
            formatter: items => {
              const row = data.rows[items[0].dataIndex];
              const lines = row.phases.map(part => `${escape(part.name)}: ${quantity(part.busy, 's')}`);
              return [`<b>${escape(row.title)}: ${quantity(row.total, 's')}</b>`, ...lines].join('<br>');
            },
          },
          xAxis: page.values('s'),
          yAxis: page.names(names, left - 10),
          series,
        };
      },
    },

    ratios: {
      height: data => 40 + 22 * data.rows.length,
      option: (data, width) => {
        const page = frame();
        const names = data.rows.map(row => row.name);
        const left = nameWidth(names, width);
        const all = data.rows.flatMap(row => [row.low, row.high, row.value, row.limit ?? 1, 1]);
        const min = Math.max(0, Math.floor(Math.min(...all) * 10 - 0.5) / 10);
        const max = Math.ceil(Math.max(...all) * 10 + 0.5) / 10;
        const colour = row => row.limit !== null && row.value > row.limit ? token('fail') : token('subject');
        return {
          ...page.option,
          legend: { show: false },
          grid: { left, right: 24, top: 10, bottom: 26 },
          tooltip: {
            ...page.option.tooltip, trigger: 'axis', axisPointer: { type: 'none' },
            formatter: items => {
              const row = data.rows[items[0].dataIndex];
              const limit = row.limit === null ? '' : `<br>at most ${digits(row.limit)}`;
              return `${escape(row.name)}<br><b>${digits(row.value)} ×</b> (${digits(row.low)} – ${digits(row.high)})${limit}`;
            },
          },
          xAxis: page.values('ratio', { min, max }),
          yAxis: page.names(names, left - 10),
          series: [
            { type: 'bar', stack: 'spread', silent: true, itemStyle: { color: 'transparent' }, barWidth: 6, data: data.rows.map(row => row.low) },
            {
              type: 'bar', stack: 'spread', barWidth: 6,
              data: data.rows.map(row => ({ value: row.high - row.low, itemStyle: { color: colour(row), opacity: 0.35, borderRadius: 3 } })),
              markLine: {
                silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: page.muted, type: 'solid', width: 1 }, data: [{ xAxis: 1 }],
              },
            },
            { type: 'scatter', symbolSize: 10, data: data.rows.map((row, at) => ({ value: [row.value, at], itemStyle: { color: colour(row) } })) },
            {
              type: 'scatter', symbol: 'rect', symbolSize: [2, 16], silent: true, itemStyle: { color: token('fail') },
              data: data.rows.map((row, at) => [row.limit, at]).filter(([limit]) => limit !== null),
            },
          ],
        };
      },
    },

    points: {
      height: () => 170,
      option: data => {
        const page = frame();
        const series = (name, points, median, colour) => ({
          type: 'scatter', name, data: points, symbolSize: points.length > 100 ? 4 : 7, itemStyle: { color: colour, opacity: 0.85 },
          markLine: median === null ? undefined : {
            silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: colour, type: 'dashed', width: 1 }, data: [{ yAxis: median }],
          },
        });
        return {
          ...page.option,
          legend: { ...page.option.legend, show: data.baseline.length > 0 },
          grid: { left: 64, right: 12, top: data.baseline.length > 0 ? 28 : 12, bottom: 24 },
          tooltip: {
            ...page.option.tooltip,
            formatter: item => `${escape(item.seriesName)} ${item.value[0]}: <b>${quantity(item.value[1], data.unit)}</b>`,
          },
          xAxis: page.values('count', { minInterval: 1, splitLine: { show: false }, min: 0 }),
          yAxis: page.values(data.unit, { scale: true, splitNumber: 4 }),
          series: [
            series('measured', data.subject, data.subjectMedian, token('subject')),
            ...data.baseline.length > 0 ? [series('baseline', data.baseline, data.baselineMedian, token('baseline'))] : [],
          ],
        };
      },
    },

    bars: {
      height: data => 62 + 40 * data.rows.length,
      option: (data, width) => {
        const page = frame();
        const names = data.rows.map(row => row.name);
        const left = nameWidth(names, width);
        const bar = (name, pick, colour) => ({
          type: 'bar', name, data: data.rows.map(pick), itemStyle: { color: colour }, barMaxWidth: 12,
          label: { show: true, position: 'right', color: page.muted, fontSize: 11, formatter: item => item.value == null ? '' : quantity(item.value, data.unit) },
        });
        return {
          ...page.option,
          grid: { left, right: 76, top: 28, bottom: 26 },
          tooltip: {
            ...page.option.tooltip, trigger: 'axis', axisPointer: { type: 'none' },
            valueFormatter: value => value == null ? '–' : quantity(value, data.unit),
          },
          xAxis: page.values(data.unit, { splitNumber: width < 500 ? 2 : 5 }),
          yAxis: page.names(names, left - 10),
          series: [
            bar('measured', row => row.subject, token('subject')),
            ...data.rows.some(row => row.baseline !== null) ? [bar('baseline', row => row.baseline, token('baseline'))] : [],
          ],
        };
      },
    },
  };

  const charts = [...document.querySelectorAll('.chart')].map(figure => {
    const data = JSON.parse(figure.querySelector('script').textContent);
    const surface = document.createElement('div');
    figure.append(surface);
    return { data, surface };
  });

  function draw() {
    for (const { data, surface } of charts) {
      const kind = kinds[data.kind];
      echarts.getInstanceByDom(surface)?.dispose();
      const box = { width: surface.parentElement.clientWidth, height: kind.height(data) };
      const chart = echarts.init(surface, null, { renderer: 'svg', ...box });
      chart.setOption(kind.option(data, box.width));
      surface.querySelector('svg').setAttribute('viewBox', `0 0 ${box.width} ${box.height}`);
    }
  }

  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

  let lastWidth = innerWidth, pending = 0;
  addEventListener('resize', () => {
    if (innerWidth === lastWidth) return;
    lastWidth = innerWidth;
    clearTimeout(pending);
    pending = setTimeout(draw, 100);
  });

  // Paper is white.
  addEventListener('beforeprint', () => { document.documentElement.dataset.print = ''; draw(); });
  addEventListener('afterprint', () => { delete document.documentElement.dataset.print; draw(); });
})();
