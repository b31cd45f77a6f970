// The typical operation: each phase from its median start, beside the baseline's.
labCharts.kinds.waterfall = {
  height: data => 60 + (data.rows.some(row => row.baselineBusy !== null) ? 34 : 24) * data.rows.length,
  option(data, width) {
    const { token, quantity, escape } = labCharts;
    const page = labCharts.frame();
    const names = data.rows.map(row => row.name);
    const left = labCharts.nameWidth(names, width);
    const step = (name, start, busy, colour) => [
      { type: 'bar', stack: name, silent: true, itemStyle: { color: 'transparent' }, data: data.rows.map(row => row[start] ?? 0), barMaxWidth: 12 },
      {
        type: 'bar', stack: name, name, itemStyle: { color: colour }, data: data.rows.map(row => row[busy]), barMaxWidth: 12, barMinHeight: 1, barGap: '15%',
        label: { show: true, position: 'right', color: page.muted, fontSize: 11, formatter: item => item.value == null ? '' : quantity(item.value, 's') },
      },
    ];
    const compared = data.rows.some(row => row.baselineBusy !== null);
    return {
      ...page.option,
      legend: { ...page.option.legend, data: ['measured', ...compared ? ['baseline'] : []] },
      grid: { left, right: 70, top: 30, bottom: 26 },
      tooltip: {
        ...page.option.tooltip, trigger: 'axis', axisPointer: { type: 'none' },
        formatter: items => {
          const row = data.rows[items[0].dataIndex];
          const line = (what, start, busy) => busy === null ? [] : [`${what}: ${quantity(busy, 's')}, from ${quantity(start, 's')}`];
          return [`<b>${escape(row.name)}</b>`, ...line('measured', row.start, row.busy), ...line('baseline', row.baselineStart, row.baselineBusy)].join('<br>');
        },
      },
      xAxis: page.values('s'),
      yAxis: page.names(names, left - 10),
      series: [...step('measured', 'start', 'busy', token('subject')), ...compared ? step('baseline', 'baselineStart', 'baselineBusy', token('baseline')) : []],
    };
  },
  table: data => ({
    head: ['Phase', 'From', 'Median', 'Baseline from', 'Baseline'],
    rows: data.rows.map(row => [row.name, ...[row.start, row.busy, row.baselineStart, row.baselineBusy].map(value => labCharts.quantity(value, 's'))]),
  }),
};
