import type { ChangeInterval, MeasuredFigures, RoundCosts } from '@headroom/verification';
import { percentage, signedPercentage } from '@headroom/figures';
import { apart, element, label, linearScale, picture, xml, type Scale } from './svg.js';

/** What the picture of the samples shows. */
export type SamplesPicture = Pick<MeasuredFigures, 'rounds' | 'cpu' | 'control' | 'requiredEffect' | 'level'>;

const WIDTH = 820;
const HEIGHT = 340;
const PLOT = { left: 76, right: 640, top: 66, bottom: 276 };
const SIDE = PLOT.right + 12;

function change(round: RoundCosts, arm: 'head' | 'control'): number {
  return round[arm] / round.base - 1;
}

function band(scale: Scale, interval: ChangeInterval, colour: string): string[] {
  const [top, bottom, middle] = [scale.at(interval.high), scale.at(interval.low), scale.at(interval.estimate)];
  const across = { x: PLOT.left, width: PLOT.right - PLOT.left };
  return [
    element('rect', { class: `band ${colour}`, ...across, y: top, height: Math.max(1, bottom - top) }),
    element('line', { class: `level ${colour}`, x1: PLOT.left, x2: PLOT.right, y1: middle, y2: middle }),
  ];
}

function point(round: RoundCosts, index: number, arm: 'head' | 'control', x: number, scale: Scale): string {
  const value = change(round, arm);
  const name = arm === 'head' ? 'head against base' : 'base against its second copy';
  const aside = round.discarded === undefined ? '' : `, discarded: ${round.discarded}`;
  const title = element('title', {}, [xml(`round ${index + 1}, ${name}: ${signedPercentage(value)}${aside}`)]);
  const y = scale.at(value);
  if (round.discarded !== undefined) {
    const path = `M${(x - 4).toFixed(1)} ${(y - 4).toFixed(1)}l8 8m0 -8l-8 8`;
    return element('path', { class: 'cross', d: path }, [title]);
  }
  return element('circle', { class: arm === 'head' ? 'good' : 'control', cx: x, cy: y, r: 4.5 }, [title]);
}

function percentTicks(scale: Scale): string[] {
  const step = scale.ticks.length > 1 ? scale.ticks[1]! - scale.ticks[0]! : 0.01;
  const decimals = Math.max(0, -Math.floor(Math.log10(step * 100) + 1e-9));
  return scale.ticks.flatMap((tick) => {
    const y = scale.at(tick);
    const size = Math.abs(tick * 100).toFixed(decimals);
    const text = Number(size) === 0 ? '0 %' : `${tick < 0 ? '−' : '+'}${size} %`;
    return [
      element('line', { class: Number(size) === 0 ? 'axis' : 'grid', x1: PLOT.left, x2: PLOT.right, y1: y, y2: y }),
      label(text, { class: 'tick', x: PLOT.left - 8, y: y + 4, 'text-anchor': 'end' }),
    ];
  });
}

function sideLabels(input: SamplesPicture, scale: Scale): string[] {
  const range = ({ low, high }: ChangeInterval): string => `${signedPercentage(low)} to ${signedPercentage(high)}`;
  const [head, control] = apart(scale.at(input.cpu.estimate), scale.at(input.control.estimate), 44);
  const block = (y: number, colour: string, title: string, text: string): string[] => [
    label(title, { class: colour, x: SIDE, y: y - 2, 'font-weight': 600 }),
    label(text, { class: 'tick', x: SIDE, y: y + 13 }),
  ];
  return [
    ...block(head, 'good', `head ${signedPercentage(input.cpu.estimate)}`, range(input.cpu)),
    ...block(control, 'main', `A/A ${signedPercentage(input.control.estimate)}`, range(input.control)),
  ];
}

function legend(discarded: boolean): string[] {
  const y = HEIGHT - 16;
  return [
    element('circle', { class: 'good', cx: 84, cy: y - 4, r: 4.5 }),
    label('head / base', { class: 'soft', x: 94, y }),
    element('circle', { class: 'control', cx: 184, cy: y - 4, r: 4.5 }),
    label('A/A: second copy of base / base', { class: 'soft', x: 194, y }),
    element('line', { class: 'need', x1: 402, x2: 430, y1: y - 4, y2: y - 4 }),
    label('required effect', { class: 'soft', x: 438, y }),
    ...(discarded
      ? [
          element('path', { class: 'cross', d: `M540 ${y - 8}l8 8m0 -8l-8 8` }),
          label('discarded: the host was busy', { class: 'soft', x: 556, y }),
        ]
      : []),
  ];
}

/**
 * The ratios of every round: head against base, and base against a second copy of itself, with estimates, intervals and the effect
 * that was required. Pure; SVG 1.1 without a script. Undefined without a round.
 */
export function samplesSvg(input: SamplesPicture): string | undefined {
  const { rounds, cpu, control, requiredEffect } = input;
  if (rounds.length === 0) return undefined;
  const shown = rounds.flatMap((round) => [change(round, 'head'), change(round, 'control')]).filter(Number.isFinite);
  const values = [...shown, cpu.low, cpu.high, control.low, control.high, -requiredEffect, 0];
  const margin = (Math.max(...values) - Math.min(...values)) * 0.06;
  const scale = linearScale(Math.min(...values) - margin, Math.max(...values) + margin, PLOT.bottom, PLOT.top, 6);
  const x = (index: number): number => PLOT.left + ((index + 0.5) / rounds.length) * (PLOT.right - PLOT.left);
  const need = scale.at(-requiredEffect);
  const used = rounds.filter(({ discarded }) => discarded === undefined).length;
  const every = Math.max(1, Math.ceil(rounds.length / 16));
  const title = 'CPU per operation against base, round by round';
  const description =
    `${used} rounds used, ${rounds.length - used} discarded. Head against base ${signedPercentage(cpu.estimate)}, ` +
    `${percentage(input.level)} interval ${signedPercentage(cpu.low)} to ${signedPercentage(cpu.high)}. Base against a second copy of itself ` +
    `${signedPercentage(control.estimate)}. Required: at least ${percentage(requiredEffect)} less.`;
  return picture({ width: WIDTH, height: HEIGHT }, title, description, [
    label(`change of CPU per operation; bands: ${percentage(input.level)} intervals`, { class: 'soft', x: 20, y: 50 }),
    ...percentTicks(scale),
    ...band(scale, control, 'main'),
    ...band(scale, cpu, 'good'),
    element('line', { class: 'need', x1: PLOT.left, x2: PLOT.right, y1: need, y2: need }),
    ...rounds.flatMap((round, index) => [
      point(round, index, 'control', x(index), scale),
      point(round, index, 'head', x(index), scale),
    ]),
    ...rounds.flatMap((_, index) =>
      index % every === 0
        ? [label(String(index + 1), { class: 'tick', x: x(index), y: PLOT.bottom + 18, 'text-anchor': 'middle' })]
        : [],
    ),
    label('round', { class: 'soft', x: SIDE, y: PLOT.bottom + 18 }),
    ...sideLabels(input, scale),
    ...legend(used < rounds.length),
  ]);
}
