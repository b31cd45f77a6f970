// Medians beside their baselines.
labCharts.kinds.bars = {
  height: data => 62 + 38 * data.rows.length,
  option(data, width) {
    const { token, quantity } = labCharts;
    const page = labCharts.frame();
    const names = data.rows.map(row => row.name);
    const left = labCharts.nameWidth(names, width);
    const bar = (name, pick, colour) => ({
      type: 'bar', name, data: data.rows.map(pick), itemStyle: { color: colour }, barMaxWidth: 12, barGap: '15%',
      label: { show: true, position: 'right', color: page.muted, fontSize: 11, formatter: item => item.value == null ? '' : quantity(item.value, data.unit) },
    });
    return {
      ...page.option,
      grid: { left, right: 84, top: 28, bottom: 26 },
      tooltip: { ...page.option.tooltip, trigger: 'axis', axisPointer: { type: 'none' }, valueFormatter: value => quantity(value, data.unit) },
      xAxis: page.values(data.unit, { splitNumber: width < 500 ? 2 : 5 }),
      yAxis: page.names(names, left - 10),
      series: [
        bar('measured', row => row.subject, token('subject')),
        ...data.rows.some(row => row.baseline !== null) ? [bar('baseline', row => row.baseline, token('baseline'))] : [],
      ],
    };
  },
  table: data => ({
    head: ['', 'Measured', 'Baseline'],
    rows: data.rows.map(row => [row.name, labCharts.quantity(row.subject, data.unit), labCharts.quantity(row.baseline, data.unit)]),
  }),
};
