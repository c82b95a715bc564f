/** Text as XML content or attribute value: nothing in it is markup, and nothing that XML 1.0 forbids is left. */
export function xml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Attributes of an element; numbers are rounded to a tenth of a pixel. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element. Children are markup already. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const text = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? Number(value.toFixed(1)) : xml(String(value))}"`)
    .join('');
  return children.length === 0 ? `<${name}${text}/>` : `<${name}${text}>${children.join('')}</${name}>`;
}

/** A text element. */
export function label(content: string, attributes: Attributes): string {
  return element('text', attributes, [xml(content)]);
}

// Colours by role. They follow the reader's scheme, and each scheme brings its own background, so that the picture reads on any page.
const STYLE = `
svg{--back:#fff;--ink:#1f2328;--soft:#59636e;--grid:#d8dee4;--main:#0b62c4;--good:#187a3c;--bad:#c02a2a;--mute:#7d8590;font:12px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
@media (prefers-color-scheme:dark){svg{--back:#0d1117;--ink:#e6edf3;--soft:#9aa4af;--grid:#30363d;--main:#6cb0ff;--good:#56d37c;--bad:#ff8f86;--mute:#8d96a0}}
.back{fill:var(--back)}text{fill:var(--ink)}.soft{fill:var(--soft)}.title{font-size:15px;font-weight:600}.tick{fill:var(--soft);font-size:11px}
.grid{stroke:var(--grid);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.main{fill:var(--main)}.good{fill:var(--good)}.bad{fill:var(--bad)}
.hollow{fill:var(--back);stroke:var(--mute);stroke-width:1.5}.control{fill:var(--back);stroke:var(--main);stroke-width:1.5}
.level{stroke-width:2}.level.main{stroke:var(--main)}.level.bad{stroke:var(--bad)}.level.good{stroke:var(--good)}
.mark{stroke:var(--ink);stroke-width:1;stroke-dasharray:4 4}.need{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:6 4}
.band{stroke:none;opacity:.2}.cross{stroke:var(--mute);stroke-width:1.5;fill:none}
`.trim();

/** Size of a picture, pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

/** A picture: readable in light and dark mode, named and described for those who do not see it, without a script. */
export function picture(size: PictureSize, title: string, description: string, content: readonly string[]): string {
  const { width, height } = size;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-labelledby': 'title description',
  };
  const children = [
    element('title', { id: 'title' }, [xml(title)]),
    element('desc', { id: 'description' }, [xml(description)]),
    element('style', {}, [STYLE]),
    element('rect', { class: 'back', width, height, rx: 6 }),
    label(title, { class: 'title', x: 20, y: 28 }),
    ...content,
  ];
  return `${element('svg', attributes, children)}\n`;
}

/** Where values of a range lie on the picture. */
export interface Scale {
  at: (value: number) => number;
  ticks: number[];
}

/** A linear scale over a range, with ticks at round values (1, 2 or 5 times a power of ten). */
export function linearScale(low: number, high: number, from: number, to: number, wanted = 5): Scale {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough)! * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor((low + span) / step + 1e-9);
  return {
    at: (value) => from + ((value - low) / span) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step),
  };
}

/** Places of two labels side by side: moved apart where they would overlap. */
export function apart(first: number, second: number, distance: number): [number, number] {
  const missing = distance - Math.abs(first - second);
  if (missing <= 0) return [first, second];
  return first <= second ? [first - missing / 2, second + missing / 2] : [first + missing / 2, second - missing / 2];
}
