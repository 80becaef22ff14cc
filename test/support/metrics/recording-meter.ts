import { noopMetricMeter } from '@temporalio/common';
import type { MetricMeter } from '@temporalio/common';

/** A meter that keeps what counters and gauges are told, in order. */
export function recordingMeter(): { meter: MetricMeter; values(name: string): number[] } {
  const told: [string, number][] = [];
  const keep = (name: string) => (value: number) => {
    told.push([name, value]);
  };
  const meter: MetricMeter = {
    createCounter: (name, ...rest) =>
      Object.assign(noopMetricMeter.createCounter(name, ...rest), { add: keep(name) }),
    createGauge: (name, ...rest) =>
      Object.assign(noopMetricMeter.createGauge(name, ...rest), { set: keep(name) }),
    createHistogram: (name, ...rest) => noopMetricMeter.createHistogram(name, ...rest),
    withTags: () => meter,
  };
  return { meter, values: (name) => told.flatMap(([each, value]) => (each === name ? [value] : [])) };
}
