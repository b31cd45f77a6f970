// Ratios with their intervals, on a logarithmic scale: twice as slow lies as far from 1 as twice as fast.
labCharts.forest = (data, width, options) => {
  const { times } = labCharts;
  const page = labCharts.frame();
  const rows = data.rows;
  const names = rows.map(row => row.name + (row.better === 'lower' ? ' ↓' : row.better === 'higher' ? ' ↑' : ''));
  const left = labCharts.nameWidth(names, width);
  const known = rows.flatMap(row => [row.low, row.high, row.value, row.limit, ...options.band ? [1 + row.threshold, 1 / (1 + row.threshold)] : []])
    .filter(value => value > 0);
  const log = Math.log;
  const pad = 0.04 * Math.max(log(1.2), log(Math.max(1, ...known)) - log(Math.min(1, ...known)));
  const [min, max] = [log(Math.min(1, ...known)) - pad, log(Math.max(1, ...known)) + pad];
  const scales = [
    [0.9, 0.95, 0.98, 1, 1.02, 1.05, 1.1], [0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4], [0.25, 0.5, 0.7, 1, 1.4, 2, 4],
    [0.1, 0.2, 0.5, 1, 2, 5, 10], [0.001, 0.01, 0.1, 1, 10, 100, 1000], [1e-6, 1e-3, 1, 1e3, 1e6],
  ];
  const seen = scale => scale.map(log).filter(at => at >= min && at <= max);
  const ticks = seen(scales.find(scale => log(scale.at(-1)) >= max * 0.75 && log(scale[0]) <= min * 0.75) ?? scales.at(-1));
  // An open end reaches to the edge; where both are open there is no interval.
  const low = row => row.low > 0 ? log(row.low) : min, high = row => row.high > 0 ? log(row.high) : max;
  const segment = (from, to, at, style) => [{ coord: [from, at], lineStyle: { type: 'solid', cap: 'butt', ...style } }, { coord: [to, at] }];
  return {
    ...page.option,
    legend: options.groups.length > 1 ? page.option.legend : { show: false },
    grid: { left, right: 66, top: options.groups.length > 1 ? 30 : 8, bottom: 26 },
    tooltip: { ...page.option.tooltip, trigger: 'item', formatter: item => options.tooltip(rows[item.value[1]]) },
    xAxis: {
      type: 'value', min, max, splitLine: { show: false }, axisLine: { lineStyle: { color: page.line } },
      axisTick: { customValues: ticks, lineStyle: { color: page.line } },
      axisLabel: { customValues: ticks, color: page.muted, fontSize: 11, formatter: at => String(Number(Math.exp(at).toPrecision(3))) + ' ×' },
    },
    yAxis: [
      page.names(names, left - 10),
      { ...page.names(rows.map(row => row.value > 0 ? times(row.value) : '–'), 60), position: 'right', axisLine: { show: false } },
    ],
    series: [
      {
        type: 'scatter', silent: true, data: [], z: 1,
        markLine: {
          silent: true, symbol: 'none', animation: false, label: { show: false },
          data: [
            ...ticks.map(at => ({ xAxis: at, lineStyle: { color: at === 0 ? page.muted : page.line, type: 'solid', width: 1 } })),
            ...options.band ? rows.map((row, at) => segment(-log(1 + row.threshold), log(1 + row.threshold), at, { color: page.muted, width: 18, opacity: 0.2 })) : [],
            ...rows.flatMap((row, at) => row.low > 0 || row.high > 0 ? [segment(low(row), high(row), at, { color: options.colour(row), width: 3, opacity: 0.6 })] : []),
          ],
        },
      },
      ...options.groups.map(group => ({
        type: 'scatter', name: group.name, symbol: group.symbol, symbolSize: 11, z: 3,
        itemStyle: { color: group.hollow ? page.card : group.colour, borderColor: group.colour, borderWidth: 2 },
        data: rows.flatMap((row, at) => group.holds(row) && row.value > 0 ? [[log(row.value), at]] : []),
      })),
      {
        type: 'scatter', symbol: 'rect', symbolSize: [3, 16], silent: true, itemStyle: { color: labCharts.token('fail') },
        data: rows.flatMap((row, at) => row.limit > 0 ? [[log(row.limit), at]] : []),
      },
    ],
  };
};

labCharts.kinds.ratios = {
  filterable: true,
  height: data => 44 + 22 * data.rows.length,
  option(data, width) {
    const { token, escape, times, digits } = labCharts;
    const beyond = row => row.limit !== null && row.value > row.limit;
    return labCharts.forest(data, width, {
      colour: row => token(beyond(row) ? 'fail' : 'subject'),
      groups: [
        { name: 'ratio to baseline', symbol: 'circle', colour: token('subject'), holds: row => !beyond(row) },
        ...data.rows.some(beyond) ? [{ name: 'beyond its limit', symbol: 'triangle', colour: token('fail'), holds: beyond }] : [],
      ],
      tooltip: row => `${escape(row.name)}<br><b>${times(row.value)}</b> (${digits(row.low)} – ${digits(row.high)})${row.limit === null ? '' : `<br>at most ${digits(row.limit)}`}`,
    });
  },
  table: data => ({
    head: ['Metric', 'Ratio', 'Low', 'High', 'Limit'],
    rows: data.rows.map(row => [row.name, labCharts.times(row.value), labCharts.digits(row.low), labCharts.digits(row.high), row.limit === null ? '–' : labCharts.digits(row.limit)]),
  }),
};
