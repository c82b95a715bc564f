import { nameSchema } from '@headroom/contracts';
import { z } from 'zod';

const folderSchema = z.strictObject({
  /** Relative to the configuration. */
  path: z.string().min(1),
  /** Skills of the installation, or of an earlier folder, that one of the same name here takes the place of. */
  overrides: z.array(nameSchema).max(200).default([]),
});

/** `skills` of the configuration. */
export const skillsSchema = z.strictObject({
  /** Folders of an organisation's own skills, beside those of the installation. */
  folders: z.array(folderSchema).max(20).default([]),
});
