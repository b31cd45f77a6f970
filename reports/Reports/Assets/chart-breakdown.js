// One bar of the stages that a request goes through.
labCharts.kinds.breakdown = {
  height: () => 104,
  option(data, width) {
    const { fill, escape, quantity } = labCharts;
    const page = labCharts.frame();
    const share = stage => `${(stage.share * 100).toFixed(1)} %`;
    return {
      ...page.option,
      legend: { ...page.option.legend, type: 'scroll' },
      grid: { left: 4, right: 24, top: 34, bottom: 26 },
      tooltip: {
        ...page.option.tooltip, trigger: 'item',
        formatter: item => `${escape(item.seriesName)}: ${quantity(item.value, 's')}, ${share(data.stages[item.seriesIndex])}`,
      },
      xAxis: page.values('s', { max: data.total || null, splitNumber: width < 500 ? 2 : 5 }),
      yAxis: { ...page.names([''], 0), axisLine: { show: false } },
      series: data.stages.map((stage, index) => ({
        type: 'bar', stack: 'time', name: stage.name, data: [stage.value], itemStyle: fill(index), barMaxWidth: 30,
        // A name where there is room for it, so that the legend's colours are not all there is.
        label: {
          show: stage.value / data.total * width > 7 * stage.name.length + 6, position: 'inside', formatter: stage.name, fontSize: 11, color: '#000',
          textBorderColor: 'rgba(255, 255, 255, 0.75)', textBorderWidth: 2,
        },
      })),
    };
  },
  table: data => ({
    head: ['Stage', 'Mean', 'Share'],
    rows: data.stages.map(stage => [stage.name, labCharts.quantity(stage.value, 's'), `${(stage.share * 100).toFixed(1)} %`]),
  }),
};
