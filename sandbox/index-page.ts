import { document, html } from './portal/html.ts';
import type { SandboxResponse } from './service.ts';

/** What a person finds at the sandbox's address: everything here that is made for people, and where the clouds answer. */
export function indexPage(): SandboxResponse {
  return document(
    'Sandbox',
    html`<h1>A pretend estate</h1>
      <ul>
        <li><a href="/portal">Data Collectors</a>: the portal, with Delete Configuration, Enter OTP and Resend OTP</li>
        <li><a href="/mail">Mailbox</a>: where the one-time passwords go</li>
        <li><a href="/sandbox/report">Report</a>: what changed that is not ours, and what is left of ours (JSON)</li>
        <li><a href="/sandbox/health">Health</a></li>
      </ul>
      <p class="quiet">
        The clouds answer programs at /sts and /iam (AWS), /arm (Azure), /graph (Microsoft Graph), /gcp-iam and /gcp-crm (Google Cloud). The
        sandbox's folder holds worker.env, the environment that takes a worker there.
      </p>`,
  );
}
