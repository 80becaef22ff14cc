import { Icon } from '../parts/icon.tsx';
import { useSurroundings } from '../surroundings.ts';

interface FigureProps {
  label: string;
  value: string;
  /** Within its target; null: nobody can say. */
  isGood: boolean | null;
  more: string | null;
  target?: string;
}

export function Figure({ label, value, isGood, more, target }: FigureProps) {
  const { t } = useSurroundings();
  return (
    <div class="figure">
      <dt>{label}</dt>
      <dd>
        <span class={isGood === false ? 'value bad-text' : 'value'}>
          {value}
          {isGood === null ? null : (
            <span class={isGood ? 'verdict good-text' : 'verdict bad-text'}>
              <Icon name={isGood ? 'check' : 'warn'} />
              {isGood ? t.health.good : t.health.bad}
            </span>
          )}
        </span>
        {more === null ? null : <span class="quiet small">{more}</span>}
        {target === undefined ? null : <span class="quiet small">{t.health.target(target)}</span>}
      </dd>
    </div>
  );
}
