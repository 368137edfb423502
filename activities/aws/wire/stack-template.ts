import { parseDocument } from 'yaml';

/**
 * Pure: logical ids of the resources that stay when the stack of this template (JSON or YAML) is deleted, sorted. A template that cannot be read
 * retains nothing. Source: CloudFormation's "DeletionPolicy attribute".
 */
export function retainedBy(template: string): string[] {
  // CloudFormation's own tags (`!Ref`) are unknown to a YAML reader, and stand only in properties.
  const document = parseDocument(template, { logLevel: 'silent' });
  if (document.errors.length > 0) return [];
  const { Resources } = (document.toJS() ?? {}) as { Resources?: Record<string, { DeletionPolicy?: unknown } | null> };
  const retained = Object.entries(Resources ?? {}).filter(
    ([, r]) => r?.DeletionPolicy === 'Retain' || r?.DeletionPolicy === 'RetainExceptOnCreate',
  );
  return retained.map(([id]) => id).toSorted();
}
