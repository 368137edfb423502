import { command } from '../../../../model/shell.ts';

/** The unique id of the account that has an address, or this id; NOT_FOUND where there is none. */
export function lookUp(name: string, uniqueId?: string): string {
  const [, project = '', , email = ''] = name.split('/');
  return `$(${command('gcp_account', project, uniqueId === undefined ? `email="${email}"` : `uniqueId=${uniqueId}`)})`;
}
