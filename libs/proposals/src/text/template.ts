import { HeadroomError } from '@headroom/contracts';

/** Values of a template by name: Markdown that is ready to use; undefined = the records do not tell. */
export type TemplateFields = Readonly<Record<string, string | undefined>>;

/** A part of a text: its heading and its paragraphs, with `{{field}}` where a value goes. */
export interface TemplateSection {
  /** Without a heading the paragraphs stand alone. */
  heading?: string;
  paragraphs: readonly string[];
}

const FIELD_MARK = /\{\{\s*([^{}]*?)\s*\}\}/g;

function filled(paragraph: string, fields: TemplateFields): string | undefined {
  let complete = true;
  const text = paragraph.replace(FIELD_MARK, (_, name: string) => {
    if (!Object.hasOwn(fields, name)) {
      throw new HeadroomError(
        `the template asks for "${name}", which no record has; known are ${Object.keys(fields).join(', ')}`,
        { code: 'HEADROOM_TEMPLATE_FIELD_UNKNOWN', details: { field: name } },
      );
    }
    const value = fields[name];
    if (value === undefined) complete = false;
    return value ?? '';
  });
  return complete ? text : undefined;
}

/**
 * Fills sections from records. A paragraph of which a value is not known is left out, and so is a section without paragraphs.
 * @throws HeadroomError `HEADROOM_TEMPLATE_FIELD_UNKNOWN` for a field that does not exist at all
 */
export function fillTemplate(sections: readonly TemplateSection[], fields: TemplateFields): string {
  const parts = sections.flatMap(({ heading, paragraphs }) => {
    const texts = paragraphs.map((each) => filled(each, fields)).filter((each) => each !== undefined && each !== '');
    if (texts.length === 0) return [];
    return heading === undefined ? texts : [`## ${heading}`, ...texts];
  });
  return `${parts.join('\n\n')}\n`;
}
