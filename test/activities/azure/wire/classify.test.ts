import { expect, test } from 'vitest';
import { classifyAzure, isGone } from '../../../../activities/azure/wire/classify.ts';
import { refusal } from '../../refusals.ts';

test.each([
  [404, 'RoleAssignmentNotFound', { kind: 'blocked', code: 'NotFound' }],
  [404, 'ResourceGroupNotFound', { kind: 'blocked', code: 'NotFound' }],
  [404, 'ResourceNotFound', { kind: 'blocked', code: 'NotFound' }],
  [404, 'SubscriptionNotFound', { kind: 'blocked', code: 'SubscriptionNotFound' }],
  [404, 'ManagementGroupNotFound', { kind: 'blocked', code: 'ManagementGroupNotFound' }],
  [404, 'NotFound', { kind: 'blocked', code: 'NotFound' }],
  [404, '', { kind: 'blocked', code: 'Unknown' }],
  [403, 'AuthorizationFailed', { kind: 'blocked', code: 'AuthorizationFailed' }],
  [403, '', { kind: 'blocked', code: 'HTTP 403' }],
  [401, 'InvalidAuthenticationToken', { kind: 'blocked', code: 'TokenRefused' }],
  [401, 'ExpiredAuthenticationToken', { kind: 'retry', code: 'ExpiredAuthenticationToken' }],
  [409, 'ScopeLocked', { kind: 'blocked', code: 'ScopeLocked' }],
  [409, 'ReadOnlyDisabledSubscription', { kind: 'blocked', code: 'ReadOnlyDisabledSubscription' }],
  [400, 'CannotDeleteLastRbacAdminAssignment', { kind: 'blocked', code: 'CannotDeleteLastRbacAdminAssignment' }],
  [409, 'Conflict', { kind: 'retry', code: 'Conflict' }],
  [429, 'SubscriptionRequestsThrottled', { kind: 'retry', code: 'SubscriptionRequestsThrottled' }],
  [500, 'InternalServerError', { kind: 'retry', code: 'InternalServerError' }],
  [418, 'Teapot', { kind: 'blocked', code: 'Unknown' }],
] as const)('HTTP %i %s', (status, code, judged) => {
  expect(classifyAzure(refusal(status, code))).toMatchObject(judged);
});

test('a denial tells which permissions are missing', () => {
  const judged = classifyAzure(refusal(403, 'AuthorizationFailed', 'no'));
  expect(judged).toMatchObject({ message: expect.stringContaining('Microsoft.Authorization/roleAssignments/read and /delete') as string });
});

test.each([
  [404, 'RoleAssignmentNotFound', true],
  [404, 'ResourceGroupNotFound', true],
  [404, 'ResourceNotFound', true],
  // A scope that cannot be seen says nothing about its assignments; nor does a proxy's page.
  [404, 'SubscriptionNotFound', false],
  [404, 'ManagementGroupNotFound', false],
  [404, 'NotFound', false],
  [404, '', false],
  [403, 'RoleAssignmentNotFound', false],
])('whether HTTP %i %s says that an assignment is gone: %s', (status, code, gone) => {
  expect(isGone(refusal(status, code))).toBe(gone);
});

test('a code that every object has a field of is none that is known', () => {
  expect(classifyAzure(refusal(400, 'constructor', 'no'))).toMatchObject({
    kind: 'blocked',
    code: 'Unknown',
    message: 'HTTP 400 constructor: no',
  });
});
