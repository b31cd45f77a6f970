// B over A with its interval; the grey band is what does not matter.
labCharts.kinds.effects = {
  filterable: true,
  height: data => 66 + 22 * data.rows.length,
  option(data, width) {
    const { token, escape, times } = labCharts;
    const looks = {
      regressed: ['triangle', token('regressed')], improved: ['diamond', token('improved')], equivalent: ['rect', token('equivalent')],
      undecided: ['circle', token('undecided'), true], 'not comparable': ['circle', token('muted'), true],
    };
    return labCharts.forest(data, width, {
      band: true,
      colour: row => looks[row.verdict][1],
      groups: Object.entries(looks).filter(([verdict]) => data.rows.some(row => row.verdict === verdict))
        .map(([verdict, [symbol, colour, hollow]]) => ({ name: verdict, symbol, colour, hollow, holds: row => row.verdict === verdict })),
      tooltip: row => `${escape(row.name)}<br><b>${times(row.value)}</b> (${this.interval(row)})<br>${row.verdict}; threshold ± ${Number((row.threshold * 100).toFixed(1))} %`,
    });
  },
  interval: row => `${row.low > 0 ? labCharts.digits(row.low) : 'open'} – ${row.high > 0 ? labCharts.digits(row.high) : 'open'}`,
  table(data) {
    return {
      head: ['Metric', 'Verdict', 'B ÷ A', 'Interval', 'Threshold'],
      rows: data.rows.map(row => [row.name, row.verdict, labCharts.times(row.value), this.interval(row), `± ${Number((row.threshold * 100).toFixed(1))} %`]),
    };
  },
};
