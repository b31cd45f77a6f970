// What the charts have in common. A file chart-NAME.js adds labCharts.kinds.NAME: { height(data), option(data, width), table(data) }.
const labCharts = (() => {
  'use strict';

  // Okabe and Ito's colours, distinct to every kind of colour vision; a second round is hatched. None stands without a shape or a word.
  const palette = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#999999'];
  const fill = index => ({
    color: palette[index % palette.length],
    ...index >= palette.length && { decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 3], rotation: Math.PI / 4, color: 'rgba(0, 0, 0, 0.45)' } },
  });

  // A style variable's colour as the browser resolves it, for light or dark.
  const probe = document.createElement('i');
  probe.hidden = true;
  document.documentElement.append(probe);
  const token = name => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };

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
    if (value === null || value === undefined) return '–';
    switch (unit) {
      case 's':
        if (value !== 0 && Math.abs(value) < 0.001) return `${write(value * 1e6)} µs`;
        return value !== 0 && Math.abs(value) < 1 ? `${write(value * 1000)} ms` : `${write(value)} s`;
      case 'B': return prefixed(value, 1024, ['', 'Ki', 'Mi', 'Gi', 'Ti'], unit, write);
      case 'B/s': case 'bit/s': case 'packet/s': case 'Hz': return prefixed(value, 1000, ['', 'k', 'M', 'G', 'T'], unit, write);
      case 'iops': return prefixed(value, 1000, ['', 'k', 'M', 'G', 'T'], 'IOPS', write);
      case 'core': return `${write(value)} cores`;
      case 'ratio': case 'count': return write(value);
      default: return `${write(value)} ${unit}`;
    }
  };
  const times = value => `${digits(value)} ×`;

  const frame = () => {
    const [fg, muted, line, card, bg] = ['fg', 'muted', 'line', 'card', 'bg'].map(token);
    return {
      fg, muted, line, card, bg,
      option: {
        animation: false,
        textStyle: { fontFamily: 'system-ui, "Noto Sans", sans-serif', color: fg },
        tooltip: { backgroundColor: card, borderColor: line, textStyle: { color: fg, fontSize: 12 }, confine: true },
        legend: { top: 0, left: 0, itemWidth: 14, itemHeight: 10, itemGap: 14, textStyle: { color: fg, fontSize: 12 } },
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
  const nameWidth = (names, width) => Math.min(width * 0.42, 14 + 6.7 * Math.max(0, ...names.map(name => name.length)));

  return { kinds: {}, fill, token, escape, digits, quantity, times, frame, nameWidth };
})();
