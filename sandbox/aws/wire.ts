import { randomUUID } from 'node:crypto';
import type { SandboxResponse } from '../service.ts';

/** A value of AWS's query protocol: lists become `<member>` elements, undefined is left out. */
export type Xml = string | number | boolean | Date | undefined | Xml[] | { [name: string]: Xml };

/** An error as AWS answers it; `code` is the one the SDKs map to exceptions (`NoSuchEntity`, `DeleteConflict`, `AccessDenied`). */
export class AwsError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'AwsError';
    this.status = status;
    this.code = code;
  }
}

/** The answer to `action` of the service whose XML namespace is `namespace`. */
export function answer(namespace: string, action: string, result: Xml): SandboxResponse {
  const body = result === undefined ? '' : element(`${action}Result`, result);
  return xml(
    200,
    `<${action}Response xmlns="${namespace}">${body}<ResponseMetadata>${element('RequestId', randomUUID())}</ResponseMetadata></${action}Response>`,
  );
}

/** The answer to a call that failed. */
export function errorAnswer(namespace: string, error: AwsError): SandboxResponse {
  const body = element('Error', { Type: 'Sender', Code: error.code, Message: error.message });
  return xml(error.status, `<ErrorResponse xmlns="${namespace}">${body}${element('RequestId', randomUUID())}</ErrorResponse>`);
}

function xml(status: number, body: string): SandboxResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}

function element(name: string, value: Xml): string {
  if (value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: Exclude<Xml, undefined>): string {
  if (Array.isArray(value)) return value.map((member) => element('member', member)).join('');
  if (value instanceof Date) return value.toISOString().replace(/\.\d+Z$/, 'Z');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, child]) => element(name, child))
      .join('');
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
