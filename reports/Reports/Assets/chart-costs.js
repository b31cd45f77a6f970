// CPU time per unit of work: parts of the DPU's path stacked, the baseline's host beside them.
labCharts.kinds.costs = {
  height: data => 62 + 38 * data.rows.length,
  parts: [['host', 'host'], ['SoC', 'soc'], ['storage target', 'target']],
  option(data, width) {
    const { token, fill, quantity } = labCharts;
    const page = labCharts.frame();
    const names = data.rows.map(row => row.name);
    const left = labCharts.nameWidth(names, width);
    const total = row => this.parts.reduce((sum, [, key]) => sum + (row[key] ?? 0), 0);
    const label = formatter => ({ show: true, position: 'right', color: page.muted, fontSize: 11, formatter });
    return {
      ...page.option,
      grid: { left, right: 84, top: 28, bottom: 26 },
      tooltip: { ...page.option.tooltip, trigger: 'axis', axisPointer: { type: 'none' }, valueFormatter: value => quantity(value, 's') },
      xAxis: page.values('s', { splitNumber: width < 500 ? 2 : 5 }),
      yAxis: page.names(names, left - 10),
      series: [
        ...this.parts.map(([name, key], index) => ({
          type: 'bar', stack: 'measured', name, data: data.rows.map(row => row[key]), itemStyle: fill(index), barMaxWidth: 12, barGap: '15%',
          ...index === this.parts.length - 1 && { label: label(item => quantity(total(data.rows[item.dataIndex]), 's')) },
        })),
        {
          type: 'bar', stack: 'baseline', name: 'baseline host', data: data.rows.map(row => row.baseline), itemStyle: { color: token('baseline') }, barMaxWidth: 12,
          label: label(item => item.value == null ? '' : quantity(item.value, 's')),
        },
      ],
    };
  },
  table(data) {
    return {
      head: [`CPU time per ${data.work}`, ...this.parts.map(([name]) => name), 'baseline host'],
      rows: data.rows.map(row => [row.name, ...this.parts.map(([, key]) => labCharts.quantity(row[key], 's')), labCharts.quantity(row.baseline, 's')]),
    };
  },
};
