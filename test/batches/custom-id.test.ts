import { expect, it } from 'vitest';
import { customIdOf, isOwnCustomId } from '../../src/batches/custom-id.ts';
import { withIds } from '../../src/batches/new-batch.ts';

const COLUMNS = { input: 'A', email: 'B', result: 'C', status: null };

it('knows a custom_id of ours, a redirected one too', () => {
  const { id } = withIds({
    task: 'official_website_tracking',
    workbook: '/a.xlsx',
    columns: COLUMNS,
    chosenRows: null,
    fresh: false,
  });
  expect(isOwnCustomId(customIdOf('owt', id, 12))).toBe(true);
  expect(isOwnCustomId(`rtjpt-from-${customIdOf('owryt', id, 1)}`)).toBe(true);
});

it.each([
  'owt-20260116-001-5',
  'owt-OWT-20260116-001-5',
  'rtjpt-from-owryt-7f3a',
  'owt-261124-k3m9qx',
  'new-261124-k3m9qx-1',
  ' owt-261124-k3m9qx-1',
  'owt-261124-k3m9qx-1 ',
  '',
])('%j is of another system', (customId) => {
  expect(isOwnCustomId(customId)).toBe(false);
});
