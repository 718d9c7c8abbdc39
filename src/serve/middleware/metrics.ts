/**
 * Counters, histograms and gauges as Prometheus reads them (text format 0.0.4). prom-client needs Node's perf_hooks and cluster, so that
 * it runs in no worker; what is needed of it are these lines.
 */

type Labels = Record<string, string>;

/** Upper edges of the buckets of seconds: a decision takes microseconds, a solve up to a minute. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

interface Series {
  labels: string;
  value: number;
  /** Of a histogram: by bucket, each with all below it. */
  buckets?: number[];
  count?: number;
}

interface Metric {
  help: string;
  type: "counter" | "histogram" | "gauge";
  series: Map<string, Series>;
}

export class Metrics {
  readonly #metrics = new Map<string, Metric>();

  /** Adds to a counter. */
  add(name: string, help: string, labels: Labels = {}, by = 1): void {
    this.#series(name, help, "counter", labels).value += by;
  }

  /** Counts `seconds` in the histogram of this name. */
  observe(name: string, help: string, labels: Labels, seconds: number): void {
    const series = this.#series(name, help, "histogram", labels);
    series.buckets ??= SECONDS.map(() => 0);
    series.value += seconds;
    series.count = (series.count ?? 0) + 1;
    for (let i = SECONDS.length - 1; i >= 0 && seconds <= (SECONDS[i] as number); i--) {
      series.buckets[i] = (series.buckets[i] as number) + 1;
    }
  }

  /** Sets a gauge. */
  set(name: string, help: string, labels: Labels, value: number): void {
    this.#series(name, help, "gauge", labels).value = value;
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, { help, type, series }] of this.#metrics) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const one of series.values())
        lines.push(...(one.buckets ? histogram(name, one) : [`${name}${braced(one.labels)} ${one.value}`]));
    }
    return `${lines.join("\n")}\n`;
  }

  #series(name: string, help: string, type: Metric["type"], labels: Labels): Series {
    let metric = this.#metrics.get(name);
    if (!metric) {
      metric = { help, type, series: new Map() };
      this.#metrics.set(name, metric);
    }
    const key = Object.entries(labels)
      .map(([label, value]) => `${label}="${value.replace(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`))}"`)
      .join(",");
    let series = metric.series.get(key);
    if (!series) {
      series = { labels: key, value: 0 };
      metric.series.set(key, series);
    }
    return series;
  }
}

function histogram(name: string, { labels, value, buckets, count }: Series): string[] {
  const and = labels === "" ? "" : `${labels},`;
  return [
    ...SECONDS.map((edge, i) => `${name}_bucket{${and}le="${edge}"} ${buckets?.[i] ?? 0}`),
    `${name}_bucket{${and}le="+Inf"} ${count}`,
    `${name}_sum${braced(labels)} ${value}`,
    `${name}_count${braced(labels)} ${count}`,
  ];
}

function braced(labels: string): string {
  return labels === "" ? "" : `{${labels}}`;
}
