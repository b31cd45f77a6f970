// Every value in the order in which it was taken, with median and interval of the median.
labCharts.kinds.points = {
  height: () => 190,
  option(data, width) {
    const { token, quantity, escape } = labCharts;
    const page = labCharts.frame();
    // What is judged, then what it is judged against.
    const looks = [['circle', token('subject'), false], ['diamond', token('baseline'), true]];
    const count = Math.max(...data.series.flatMap(series => series.points.map(point => point[0])));
    return {
      ...page.option,
      legend: { ...page.option.legend, show: data.series.length > 1 },
      grid: { left: 64, right: 62, top: data.series.length > 1 ? 28 : 12, bottom: 24 },
      tooltip: { ...page.option.tooltip, formatter: item => `${escape(item.seriesName)} ${item.value[0]}: <b>${quantity(item.value[1], data.unit)}</b>` },
      xAxis: page.values('count', { minInterval: 1, splitLine: { show: false }, min: 0, max: count + 1 }),
      yAxis: page.values(data.unit, { scale: true, splitNumber: 4 }),
      series: data.series.map(series => {
        const [symbol, colour, hollow] = looks[series.reference ? 1 : 0];
        return {
          type: 'scatter', name: series.name, data: series.points, symbol, symbolSize: series.points.length > 100 ? 4 : 7,
          itemStyle: { color: hollow ? 'transparent' : colour, borderColor: colour, borderWidth: hollow ? 1.5 : 0, opacity: 0.85 },
          markLine: {
            silent: true, symbol: 'none', animation: false, lineStyle: { color: colour, type: hollow ? 'dotted' : 'dashed', width: 1.5 }, data: [{ yAxis: series.median }],
            label: { show: true, position: hollow ? 'insideStartTop' : 'end', color: colour, fontSize: 11, textBorderColor: page.bg, textBorderWidth: 3, formatter: () => quantity(series.median, data.unit) },
          },
          ...series.interval && {
            markArea: { silent: true, itemStyle: { color: colour, opacity: 0.14 }, data: [[{ yAxis: series.interval.low }, { yAxis: series.interval.high }]] },
          },
        };
      }),
    };
  },
  table: data => ({
    head: ['Number', ...data.series.map(series => series.name)],
    rows: [
      ['median', ...data.series.map(series => labCharts.quantity(series.median, data.unit))],
      ['its 95 % interval', ...data.series.map(series => series.interval ? `${labCharts.quantity(series.interval.low, data.unit)} – ${labCharts.quantity(series.interval.high, data.unit)}` : 'too few values')],
      ...[...new Set(data.series.flatMap(series => series.points.map(point => point[0])))].sort((a, b) => a - b).map(number => [
        String(number), ...data.series.map(series => labCharts.quantity(series.points.find(point => point[0] === number)?.[1], data.unit)),
      ]),
    ],
  }),
};
