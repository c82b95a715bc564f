import type { Regression } from '@headroom/contracts';
import { percentage, signedPercentage, duration, timeUnitOf } from '@headroom/figures';
import { bounded } from '../text/markdown.js';
import { apart, element, label, linearScale, picture, xml, type Scale } from './svg.js';

/** What the picture of a series shows. */
export type SeriesPicture = Pick<
  Regression,
  'series' | 'metric' | 'unitOfWork' | 'before' | 'after' | 'changePoint' | 'environment' | 'hostClass'
> & { subject: string };

const WIDTH = 820;
const HEIGHT = 340;
const PLOT = { left: 76, right: 640, top: 66, bottom: 262 };
const SIDE = PLOT.right + 12;

interface Axis {
  unit: string;
  /** Value in the unit of the axis. */
  scaled: (value: number) => number;
  text: (value: number) => string;
}

function axisOf(metric: Regression['metric'], largest: number): Axis {
  if (metric === 'cpu-share') return { unit: '% of CPU', scaled: (value) => value * 100, text: percentage };
  const unit = timeUnitOf(largest);
  return { unit: unit.name, scaled: (value) => value / unit.seconds, text: duration };
}

function tickText(value: number, ticks: readonly number[]): string {
  const step = ticks.length > 1 ? Math.abs(ticks[1]! - ticks[0]!) : 1;
  return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

function valueAxis(scale: Scale, title: string): string[] {
  const lines = scale.ticks.flatMap((tick) => {
    const y = scale.at(tick);
    return [
      element('line', { class: 'grid', x1: PLOT.left, x2: PLOT.right, y1: y, y2: y }),
      label(tickText(tick, scale.ticks), { class: 'tick', x: PLOT.left - 8, y: y + 4, 'text-anchor': 'end' }),
    ];
  });
  return [...lines, label(title, { class: 'soft', x: 20, y: 50 })];
}

function deploymentAxis(names: readonly string[], x: (index: number) => number): string[] {
  const every = Math.max(1, Math.ceil(names.length / 12));
  const labels = names.flatMap((name, index) => {
    if (index % every !== 0) return [];
    const place = { class: 'tick', 'text-anchor': 'end' };
    const [left, top] = [x(index) + 4, PLOT.bottom + 16];
    return [
      label(bounded(name, 12), { ...place, x: left, y: top, transform: `rotate(-30 ${left.toFixed(1)} ${top})` }),
    ];
  });
  const base = element('line', { class: 'axis', x1: PLOT.left, x2: PLOT.right, y1: PLOT.bottom, y2: PLOT.bottom });
  return [base, ...labels];
}

function sideLabels(input: SeriesPicture, axis: Axis, before: number, after: number): string[] {
  const growth = input.before > 0 ? signedPercentage(input.after / input.before - 1) : '';
  const [first, second] = apart(before, after, 40);
  const name = { x: SIDE, 'font-weight': 600 };
  return [
    label(`before ${axis.text(input.before)}`, { class: 'main', ...name, y: first + 4 }),
    label(`after ${axis.text(input.after)}`, { class: 'bad', ...name, y: second + 4 }),
    ...(growth === '' ? [] : [label(growth, { class: 'tick', x: SIDE, y: second + 19 })]),
  ];
}

function levels(input: SeriesPicture, axis: Axis, scale: Scale, split: number, x: (index: number) => number): string[] {
  const [left, middle, right] = [PLOT.left, x(split - 0.5), PLOT.right];
  const before = scale.at(axis.scaled(input.before));
  const after = scale.at(axis.scaled(input.after));
  return [
    element('line', { class: 'mark', x1: middle, x2: middle, y1: PLOT.top - 6, y2: PLOT.bottom }),
    element('line', { class: 'level main', x1: left, x2: middle, y1: before, y2: before }),
    element('line', { class: 'level bad', x1: middle, x2: right, y1: after, y2: after }),
    ...sideLabels(input, axis, before, after),
  ];
}

function legend(): string[] {
  const y = HEIGHT - 18;
  return [
    element('circle', { class: 'main', cx: 84, cy: y - 4, r: 4 }),
    label('before', { class: 'soft', x: 94, y }),
    element('circle', { class: 'bad', cx: 154, cy: y - 4, r: 4 }),
    label('after', { class: 'soft', x: 164, y }),
    element('circle', { class: 'hollow', cx: 214, cy: y - 4, r: 4 }),
    label('set aside: the host was busy', { class: 'soft', x: 224, y }),
    element('line', { class: 'mark', x1: 412, x2: 440, y1: y - 4, y2: y - 4 }),
    label('change point', { class: 'soft', x: 448, y }),
  ];
}

/**
 * The value of a function per deployment: before and after the change point, deployments that were set aside hollow. Pure; SVG 1.1
 * without a script. Undefined when there are fewer than two points.
 */
export function seriesSvg(input: SeriesPicture): string | undefined {
  const { series } = input;
  const values = [...series.map(({ value }) => value), input.before, input.after].filter(Number.isFinite);
  const split = series.findIndex(({ deployment }) => deployment === input.changePoint.deployment);
  if (series.length < 2 || split < 0) return undefined;
  const axis = axisOf(input.metric, Math.max(...values));
  const scaled = values.map(axis.scaled);
  const [low, high] = [Math.min(...scaled), Math.max(...scaled)];
  const margin = (high - low || high || 1) * 0.18;
  const floor = Math.max(0, low - margin);
  const caption = input.metric === 'cpu-share' ? axis.unit : `${axis.unit} per ${bounded(input.unitOfWork, 40)}`;
  const scale = linearScale(floor, high + margin, PLOT.bottom, PLOT.top);
  const x = (index: number): number => PLOT.left + ((index + 0.5) / series.length) * (PLOT.right - PLOT.left);
  const points = series.map(({ deployment, version, value, quiet }, index) =>
    element(
      'circle',
      {
        class: quiet ? (index < split ? 'main' : 'bad') : 'hollow',
        cx: x(index),
        cy: scale.at(axis.scaled(value)),
        r: 4.5,
      },
      [
        element('title', {}, [
          xml(`${deployment} (${bounded(version, 40)}): ${axis.text(value)}${quiet ? '' : ', set aside'}`),
        ]),
      ],
    ),
  );
  const what = input.metric === 'cpu-share' ? 'share of the service’s CPU' : `CPU per ${bounded(input.unitOfWork, 40)}`;
  const name = bounded(input.subject.slice(input.subject.indexOf(':') + 1), 50);
  const title = `${name}: ${what}, by deployment`;
  const setAside = series.filter(({ quiet }) => !quiet).length;
  const description =
    `${series.length} deployments in ${input.environment} on ${input.hostClass}, ${setAside} set aside. ` +
    `Before the change point ${axis.text(input.before)}, from deployment ${bounded(input.changePoint.deployment, 80)} on ${axis.text(input.after)}.`;
  return picture({ width: WIDTH, height: HEIGHT }, title, description, [
    ...valueAxis(scale, floor === 0 ? caption : `${caption}; the axis does not start at 0`),
    ...deploymentAxis(
      series.map(({ deployment }) => deployment),
      x,
    ),
    ...levels(input, axis, scale, split, x),
    ...points,
    label('deployment', { class: 'soft', x: SIDE, y: PLOT.bottom + 16 }),
    ...legend(),
  ]);
}
