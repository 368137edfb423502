import type { GuideNotes, Inventory, InventoryFinding } from '../../model/inventory.ts';
import { RISKS, SYSTEM_TYPE_NAMES, systemType, type SystemType } from '../../model/names.ts';
import { excludedWords } from '../../model/exclusion.ts';
import { isOneOf } from '../../model/one-of.ts';
import { counted } from '../../model/counted.ts';
import { firstOf, section } from './section.ts';

const MOST_NAMED = 10;
const FEW_SYSTEMS = 3;

/** An inventory on one screen: by cloud what was looked at and found, what is held, what a person must look at. */
export function renderInventory(inventory: Inventory): string {
  const lines = [`Discovery of tenant ${inventory.scope.tenant.id} at ${inventory.takenAt}; nothing was changed.`, ''];
  const out = excludedWords(inventory.excluded ?? [], 'discovery');
  if (out !== undefined) lines.push(`NOTE: ${out}.`, '');
  // What is not known stands before what was counted.
  const blocks = (['aws', 'azure', 'gcp', 'entra', 'portal'] as const).map((type) => cloudLines(inventory, type));
  const isUnknown = ([first = '']: string[]) => first.includes(': not known');
  lines.push(...blocks.filter(isUnknown).flat(), ...blocks.filter((b) => !isUnknown(b)).flat());
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
    ...named('Left out, so nothing is known of it', inventory.excluded ?? [], (e) => `${e.system}: ${e.rule}`),
    ...named('Not looked at', left, (l) => `${l.system}: ${l.reason}`),
  );
  if (inventory.systems.some((s) => s.state === 'read')) lines.push(`Seen and staying: ${stays.length}; inventory.csv tells each and why.`);
  lines.push(
    `Permissions Management Administrators: ${administratorsIn(notes)}.`,
    `Authorization systems: ${authorizationSystemsIn(notes)}.`,
  );
  for (const warning of warnings) lines.push(`WARNING: ${warning}.`);
  if (inventory.breaker !== undefined) lines.push(`WARNING: a run would refuse all this at once: ${inventory.breaker}.`);
  return lines.join('\n');
}

/** Who was seen; *none* only where all were looked for. */
export function administratorsIn({ administrators: { direct, eligible, unseen } }: GuideNotes): string {
  const seen = [...direct, ...eligible].length > 0;
  if (unseen !== undefined && !seen) return 'not known';
  const told = `${direct.join(', ') || 'none'}; eligible: ${eligible.join(', ') || 'none'}`;
  return unseen === undefined
    ? told
    : `${direct.join(', ')}; eligible: ${eligible.join(', ') || 'not known'}; whether there are more is not known`;
}

function authorizationSystemsIn({ authorizationSystems: { gone, listed, unseen } }: GuideNotes): string {
  if (unseen !== undefined) return 'not known';
  return gone === undefined ? `${listed.length}, as Graph lists them` : `Graph lists none any more (${gone})`;
}

/** One cause in one cloud, and all that nothing is known of for it. */
interface Unknown {
  type: SystemType;
  reason: string;
  systems: string[];
}

/** A cause is told once: whoever mends it mends all that it hid. */
export function unknownByCause({ unknown }: Pick<Inventory, 'unknown'>): Unknown[] {
  const groups = Map.groupBy(unknown, ({ system, reason }) => `${systemType(system)} ${causeOf(reason)}`);
  return [...groups.values()].flatMap((of) => {
    const [first] = of;
    return first ? [{ type: systemType(first.system), reason: first.reason, systems: of.map((u) => u.system) }] : [];
  });
}

/** What comes before it says only what was asked for. */
const causeOf = (reason: string) =>
  reason.replace(/^(cannot be walked|who is eligible could not be listed): /, '').replace(/; mend that$/, '');

/** What nobody may overlook, for standard error, the cause and its mend first; empty when everything asked for was read. */
export function unknownLines(inventory: Inventory): string[] {
  const { unknown } = inventory;
  if (unknown.length === 0) return [];
  const tell = ({ type, reason, systems }: Unknown) => {
    const more = systems.length > FEW_SYSTEMS ? ` and ${systems.length - FEW_SYSTEMS} more` : '';
    return `${SYSTEM_TYPE_NAMES[type]}: not known: ${systems.slice(0, FEW_SYSTEMS).join(', ')}${more}: ${reason}`;
  };
  return [
    `NOT EVERYTHING COULD BE READ: nothing is known about ${counted(unknown.length, 'scope')}, so nobody can say that nothing is left.`,
    ...firstOf(unknownByCause(inventory), tell, MOST_NAMED, 'in inventory.csv'),
  ];
}

function cloudLines({ systems, findings, unknown, notAsked, by }: Inventory, type: SystemType): string[] {
  if (isOneOf(notAsked, type))
    return [
      `${SYSTEM_TYPE_NAMES[type]}: LEFT OUT${by === undefined ? '' : ` by ${by}`} (--without ${type}); of what is there nothing is known.`,
      '',
    ];
  const own = systems.filter((s) => systemType(s.system) === type);
  const found = findings.filter((f) => systemType(f.system) === type);
  const unread = unknown.filter((u) => systemType(u.system) === type).length;
  const read = own.filter((s) => s.state === 'read').length;
  if (read === 0 && found.length === 0 && own.length === own.filter((s) => s.state === 'left').length && unread === 0) return [];
  if (read === 0 && found.length === 0 && unread > 0) return [`${SYSTEM_TYPE_NAMES[type]}: not known (why, and the mend: above)`, ''];
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
