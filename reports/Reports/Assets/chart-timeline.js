// Every operation as a bar of its phases.
labCharts.kinds.timeline = {
  height: data => 62 + (data.rows.length > 24 ? 15 : 24) * data.rows.length,
  option(data, width) {
    const { fill, escape, quantity } = labCharts;
    const page = labCharts.frame();
    const names = data.rows.map(row => row.title);
    const left = labCharts.nameWidth(names, width);
    const longest = Math.max(...data.rows.map(row => row.total));
    const cursor = data.rows.map(() => 0);
    const series = data.phases.flatMap((phase, index) => {
      const gaps = [], bars = [];
      data.rows.forEach((row, at) => {
        const part = row.phases.find(candidate => candidate.name === phase);
        const start = Math.max(cursor[at], part ? part.start : 0);
        const end = part ? Math.max(start, part.end) : start;
        gaps.push(part ? start - cursor[at] : 0);
        // A name where there is room for it, so that the legend's colours are not all there is.
        const roomy = (end - start) / longest * (width - left) > 7 * phase.length + 6 && data.rows.length <= 24;
        bars.push({ value: end - start, itemStyle: { opacity: row.baseline ? 0.6 : 1 }, label: { show: roomy } });
        if (part) cursor[at] = end;
      });
      return [
        { type: 'bar', stack: 'time', silent: true, data: gaps, itemStyle: { color: 'transparent' }, barMaxWidth: 16 },
        {
          type: 'bar', stack: 'time', name: phase, data: bars, itemStyle: fill(index), barMaxWidth: 16,
          label: { position: 'inside', formatter: phase, fontSize: 10, color: '#000', textBorderColor: 'rgba(255, 255, 255, 0.75)', textBorderWidth: 2 },
        },
      ];
    });
    return {
      ...page.option,
      legend: { ...page.option.legend, data: data.phases, type: 'scroll' },
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
  table: data => ({
    head: ['Operation', 'Whole', ...data.phases],
    rows: data.rows.map(row => [
      row.title, labCharts.quantity(row.total, 's'),
      ...data.phases.map(phase => labCharts.quantity(row.phases.find(part => part.name === phase)?.busy, 's')),
    ]),
  }),
};
