import type { DELETED_MESSAGE } from '../../model/names.ts';
import type { SandboxContext, SandboxRequest, SandboxResponse } from '../service.ts';
import { collector, enterOtp, openDeletion, PortalError, requestDeletion, resendOtp, type Collector } from './deletions.ts';
import { document, html, raw, type Html } from './html.ts';

const TABS = { aws: 'AWS', azure: 'Azure', gcp: 'GCP' } as const;
type Tab = keyof typeof TABS;

/** The portal's pages, step by step as the guide words them ("Stop data collection"), so that a person can do the operator's part here. */
export function answerPage(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const [what = '', id = '', action = ''] = request.path.split('/').slice(1).map(decodeURIComponent);
  if (request.method === 'POST' && !sameOrigin(request)) throw new PortalError(404, 'NotFound', 'forms are taken from this page only');
  switch (`${request.method} ${what}${id ? '/{id}' : ''}${action ? `/${action}` : ''}`) {
    case 'GET ':
    case 'GET collectors':
      return list(request, context);
    case 'GET collectors/{id}/delete':
      return summary(collector(context, id));
    case 'POST collectors/{id}/delete':
      return redirect(`/portal/deletions/${requestDeletion(context, id).deletionId}`);
    case 'GET deletions/{id}':
      return askForOtp(context, id);
    case 'POST deletions/{id}/resend':
      return tried(context, id, () => resendOtp(context, id) && askForOtp(context, id, html`<p class="good">A fresh code was sent.</p>`));
    case 'POST deletions/{id}/otp':
      return tried(context, id, () => deleted(enterOtp(context, id, (new URLSearchParams(request.body).get('otp') ?? '').trim())));
    default:
      throw new PortalError(404, 'NotFound', 'there is no such page');
  }
}

/** A refusal as a page. */
export function errorPage(error: PortalError): SandboxResponse {
  return document(
    'Error',
    html`<h1>That did not work</h1>
      <p class="bad">${error.message}</p>
      <a href="/portal">Data Collectors</a>`,
    error,
  );
}

function list(request: SandboxRequest, context: SandboxContext): SandboxResponse {
  const asked = request.query.get('type');
  const tab: Tab = asked === 'azure' || asked === 'gcp' ? asked : 'aws';
  const tabs = Object.entries(TABS).map(
    ([t, label]) => html`<a class="${t === tab ? 'on' : ''}" href="/portal/collectors?type=${t}">${label}</a>`,
  );
  const rows = context.store.list('portal-collector').filter((c) => c.type === tab);
  const table = html`<table>
    <tr>
      <th>Name</th>
      <th>ID</th>
      <th>Status</th>
      <th></th>
      <th></th>
    </tr>
    ${raw(rows.map(row).join(''))}
  </table>`;
  const none = html`<p class="quiet">No ${TABS[tab]} data collector is configured.</p>`;
  return document(
    'Data Collectors',
    html`<h1>Settings · Data Collectors</h1>
      <div class="tabs">${raw(tabs.join(''))}</div>
      ${rows.length > 0 ? table : none}`,
  );
}

function row(c: Collector): Html {
  const url = `/portal/collectors/${encodeURIComponent(c.id)}/delete`;
  return html`<tr>
    <td>${c.name}</td>
    <td>${c.id}</td>
    <td>${c.status}</td>
    <td>${c.online ? 'Online' : 'Offline'}</td>
    <td>
      <details>
        <summary title="More">⋯</summary>
        <a href="${url}">Delete Configuration</a>
      </details>
    </td>
  </tr>`;
}

function summary(c: Collector): SandboxResponse {
  const fields = Object.entries(c.configuration).map(
    ([k, v]) =>
      html`<dt>${k}</dt>
        <dd>${typeof v === 'string' ? v : JSON.stringify(v)}</dd>`,
  );
  return document(
    c.name,
    html`<h1>Permissions Management Onboarding - Summary</h1>
      <dl>
        <dt>Name</dt>
        <dd>${c.name}</dd>
        <dt>Type</dt>
        <dd>${TABS[c.type]}</dd>
        <dt>Status</dt>
        <dd>${c.status}</dd>
        ${raw(fields.join(''))}
      </dl>
      <p class="bad">No new data is collected after this, and you no longer have access to any historic data.</p>
      <form method="post" action="/portal/collectors/${encodeURIComponent(c.id)}/delete"><button class="main">Delete</button></form>
      <form action="/portal/collectors"><input type="hidden" name="type" value="${c.type}" /><button>Cancel</button></form>`,
  );
}

function askForOtp(context: SandboxContext, deletionId: string, note?: Html): SandboxResponse {
  const open = openDeletion(context, deletionId);
  const action = `/portal/deletions/${encodeURIComponent(deletionId)}`;
  return document(
    'Enter OTP',
    html`<h1>Enter OTP</h1>
      ${note ?? ''}
      <p>
        A one-time password was sent to ${open.sentTo}. It is valid until ${open.expiresAt}; ${open.attemptsLeft} attempts are left. It lies
        in the <a href="/mail" target="_blank">mailbox</a>.
      </p>
      <form method="post" action="${action}/otp">
        <input name="otp" inputmode="numeric" autocomplete="one-time-code" maxlength="6" required autofocus />
        <button class="main">Delete</button>
      </form>
      <form method="post" action="${action}/resend"><button>Resend OTP</button></form>`,
    note?.text.includes('class="bad"') ? { status: 400 } : {},
  );
}

function tried(context: SandboxContext, deletionId: string, attempt: () => SandboxResponse): SandboxResponse {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof PortalError) || error.status === 404 || error.code === 'TooManyAttempts') throw error;
    return askForOtp(context, deletionId, html`<p class="bad">${error.message}</p>`);
  }
}

function deleted(message: typeof DELETED_MESSAGE): SandboxResponse {
  return document(
    'Deleted',
    html`<h1>${message}</h1>
      <p class="good">The data collector is gone.</p>
      <a href="/portal">Data Collectors</a>`,
  );
}

/** A browser names the page a form came from; another site's form is refused. */
function sameOrigin(request: SandboxRequest): boolean {
  return request.headers['origin'] === `https://${request.headers['host']}`;
}

function redirect(location: string): SandboxResponse {
  return { status: 303, headers: { location }, body: '' };
}
