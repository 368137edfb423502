import type { Inventory, InventoryFinding } from '../../model/inventory.ts';
import { RISKS, SYSTEM_TYPE_NAMES, systemType, type SystemType } from '../../model/names.ts';
import { counted } from '../../model/counted.ts';
import { firstOf, section } from './section.ts';

const MOST_NAMED = 10;

/** An inventory on one screen: by cloud what was looked at and found, what is held, what a person must look at. */
export function renderInventory(inventory: Inventory): string {
  const lines = [`Discovery of tenant ${inventory.scope.tenant.id} at ${inventory.takenAt}; nothing was changed.`, ''];
  for (const type of ['aws', 'azure', 'gcp', 'entra', 'portal'] as const) lines.push(...cloudLines(inventory, type));
  const { findings, left, stays, warnings, notes } = inventory;
  const doubtful = findings.filter((f) => f.confidence === 'name-only');
  const held = findings.filter((f) => f.hold && f.confidence === 'certain');
  lines.push(
    ...named(
      'Worst first: rights over rights',
      findings.filter((f) => f.risk === 'takeover'),
      (f) => `${f.title} (${f.system})${f.confidence === 'certain' ? '' : ', by name only'}`,
    ),
    ...named('Held until a person decides', held, (f) => `${f.id}: ${f.hold?.code ?? ''}`),
    ...named('By name only: look, and name under overrides what is ours', doubtful, (f) => `${f.id}: ${f.why.join('; ')}`),
    ...named('Not looked at', left, (l) => `${l.system}: ${l.reason}`),
  );
  lines.push(`Seen and staying: ${stays.length}; inventory.csv tells each and why.`);
  const { direct, eligible } = notes.administrators;
  lines.push(`Permissions Management Administrators: ${direct.join(', ') || 'none'}; eligible: ${eligible.join(', ') || 'none'}.`);
  const { gone, listed } = notes.authorizationSystems;
  lines.push(
    `Authorization systems: ${gone === undefined ? `${listed.length}, as Graph lists them` : `Graph lists none any more (${gone})`}.`,
  );
  for (const warning of warnings) lines.push(`WARNING: ${warning}.`);
  if (inventory.breaker !== undefined) lines.push(`WARNING: a run would refuse all this at once: ${inventory.breaker}.`);
  return lines.join('\n');
}

/** What nobody may overlook, for standard error; empty when everything asked for was read. */
export function unknownLines({ unknown }: Inventory): string[] {
  if (unknown.length === 0) return [];
  return [
    `NOT EVERYTHING COULD BE READ: nothing is known about ${counted(unknown.length, 'scope')}, so nobody can say that nothing is left.`,
    ...firstOf(unknown, (u) => `${u.system}: ${u.reason}`, MOST_NAMED, 'in inventory.csv'),
  ];
}

function cloudLines({ systems, findings, unknown, notAsked, by }: Inventory, type: SystemType): string[] {
  if ((notAsked as string[]).includes(type))
    return [
      `${SYSTEM_TYPE_NAMES[type]}: LEFT OUT${by === undefined ? '' : ` by ${by}`} (--without ${type}); of what is there nothing is known.`,
      '',
    ];
  const own = systems.filter((s) => systemType(s.system) === type);
  const found = findings.filter((f) => systemType(f.system) === type);
  const unread = unknown.filter((u) => systemType(u.system) === type).length;
  const read = own.filter((s) => s.state === 'read').length;
  const certain = found.filter((f) => f.confidence === 'certain');
  const doubtful = found.length - certain.length;
  return [
    `${SYSTEM_TYPE_NAMES[type]}: ${counted(read, 'system')} read${unread > 0 ? `, ${unread} UNKNOWN` : ''}`,
    `  ours for certain: ${certain.length}${byRisk(certain)}`,
    ...(doubtful > 0 ? [`  by name only: ${doubtful}`] : []),
    '',
  ];
}

function byRisk(findings: InventoryFinding[]): string {
  const counts = RISKS.map((risk) => ({ risk, count: findings.filter((f) => f.risk === risk).length })).filter((c) => c.count > 0);
  return counts.length === 0 ? '' : ` (${counts.map(({ risk, count }) => `${risk} ${count}`).join(', ')})`;
}

function named<T>(title: string, entries: T[], tell: (entry: T) => string): string[] {
  return entries.length === 0 ? [] : [...section(title, entries, tell, MOST_NAMED, 'in inventory.csv'), ''];
}
