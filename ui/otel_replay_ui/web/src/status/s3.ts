/** What S3 was asked, and what that costs. */

import type { BlobStatus } from '../lib/types';

export function s3Note({ requests_last_hour: asked, request_dollars_per_month, stored_dollars_per_month }: BlobStatus): string {
  const counts = (['PUT', 'GET', 'LIST', 'DELETE'] as const).map((name) => `${asked[name].toLocaleString('en')} ${name}`);
  const stored = stored_dollars_per_month === null ? '' : `, and what is stored ${dollars(stored_dollars_per_month)}`;
  return `Requests to S3 by this process in the last hour: ${counts.join(', ')}. In a month that goes on like this they cost ${dollars(request_dollars_per_month)}${stored}, at AWS's list prices.`;
}

/** `$0.00` would say that it is free. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.01) return 'less than $0.01';
  return `$${amount.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
