// Large picture tiles, never more than eight at once and never scrolled: what does not fit is on the next leaf.

import { useState } from 'preact/hooks';
import { Icon } from '../icon/icon';
import { Tap } from '../tap/tap';

export interface Tile {
  id: string;
  word: string;
  icon: string | null;
  tone?: string;
  chosen?: boolean;
  lang?: string;
}

const kLeaf = 8;

export function leavesOf<T>(tiles: readonly T[]): T[][] {
  if (tiles.length <= kLeaf) return [[...tiles]];
  const leaves: T[][] = [];
  // One place of every leaf is the "more" tile.
  for (let at = 0; at < tiles.length; at += kLeaf - 1) leaves.push(tiles.slice(at, at + kLeaf - 1));
  return leaves;
}

export function Tiles({ tiles, more, onChoose, disabled = false }: {
  tiles: Tile[];
  /** The word of the "more" tile. */
  more: string;
  onChoose: (id: string) => void;
  disabled?: boolean;
}) {
  const leaves = leavesOf(tiles);
  const chosen = leaves.findIndex((leaf) => leaf.some((tile) => tile.chosen));
  const [at, setAt] = useState(Math.max(0, chosen));
  const leaf = leaves[at % leaves.length] ?? [];
  const count = leaf.length + (leaves.length > 1 ? 1 : 0);
  return (
    <div class={`tiles n${leaves.length > 1 ? kLeaf : count}`}>
      {leaf.map((tile) => (
        <Tap key={tile.id} id={tile.id} class={`tile ${tile.tone ?? ''}`} pressed={tile.chosen} lang={tile.lang}
          disabled={disabled} onTap={() => onChoose(tile.id)}>
          {tile.icon !== null && <span class="picture"><Icon name={tile.icon} /></span>}
          {/* A line may end behind a stroke: "road/bridge". */}
          <span class="word">{tile.word.replace(/\//g, '/\u200b')}</span>
          {tile.chosen && <Icon name="tick" class="chosen" />}
        </Tap>
      ))}
      {leaves.length > 1 && (
        <Tap key="more" id="more" class="tile more" disabled={disabled} onTap={() => setAt((at + 1) % leaves.length)}>
          <span class="picture"><Icon name="other" /></span>
          <span class="word">{more}</span>
        </Tap>
      )}
    </div>
  );
}
