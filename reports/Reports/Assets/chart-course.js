// Conditions of the machine over the run's time.
labCharts.kinds.course = {
  height: () => 170,
  option(data) {
    const { fill, quantity, escape } = labCharts;
    const page = labCharts.frame();
    return {
      ...page.option,
      grid: { left: 72, right: 16, top: 28, bottom: 24 },
      tooltip: {
        ...page.option.tooltip, trigger: 'axis',
        formatter: items => [`after ${quantity(items[0].value[0], 's')}`, ...items.map(item => `${escape(item.seriesName)}: <b>${quantity(item.value[1], data.unit)}</b>`)].join('<br>'),
      },
      xAxis: page.values('s', { splitLine: { show: false }, axisLabel: { color: page.muted, fontSize: 11, formatter: value => `${Number((value / 60).toFixed(1))} min` } }),
      yAxis: page.values(data.unit, { splitNumber: 4, scale: data.unit === 'Hz' }),
      series: data.lines.map((line, index) => ({
        type: 'line', name: line.name, data: line.points, symbol: ['circle', 'diamond', 'rect'][index % 3], symbolSize: 4,
        lineStyle: { width: 1.5, type: ['solid', 'dashed', 'dotted'][index % 3] }, itemStyle: fill(index),
      })),
    };
  },
  table: data => ({
    head: ['After', ...data.lines.map(line => line.name)],
    rows: [...new Set(data.lines.flatMap(line => line.points.map(point => point[0])))].sort((a, b) => a - b).map(at => [
      labCharts.quantity(at, 's'), ...data.lines.map(line => labCharts.quantity(line.points.find(point => point[0] === at)?.[1], data.unit)),
    ]),
  }),
};
