import { z } from 'zod';

const UsageSchema = z.object({
  prompt_tokens: z.int().nonnegative(),
  completion_tokens: z.int().nonnegative(),
});

/** The parts of a chat or text completion that are read; servers add many more. */
export const CompletionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullable() }).optional(),
        text: z.string().optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
  usage: UsageSchema.nullish(),
});
export type Completion = z.infer<typeof CompletionSchema>;
