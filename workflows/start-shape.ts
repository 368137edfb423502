/** Whether a workflow can begin with this: what it reads of its input before any activity checks it. */
export function isStart(workflowType: string, input: unknown): boolean {
  switch (workflowType) {
    case 'offboarding':
      return isText(at(input, 'manifest', 'tenant', 'id')) && isText(at(input, 'startedBy'));
    case 'restore':
      return (
        ['tenantId', 'restores', 'startedBy'].every((name) => isText(at(input, name))) &&
        isTextsOrAbsent(at(input, 'only')) &&
        isLiftOrAbsent(at(input, 'lift'))
      );
    case 'discovery':
      return isText(at(input, 'scope', 'tenant', 'id'));
    default:
      return true;
  }
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((v, name) => (typeof v === 'object' && v !== null ? (v as Record<string, unknown>)[name] : undefined), value);
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

const isTextsOrAbsent = (value: unknown): boolean => value === undefined || (Array.isArray(value) && value.every(isText));

const isLiftOrAbsent = (value: unknown): boolean => value === undefined || isText(at(value, 'reason'));
