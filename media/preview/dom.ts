type Child = Node | string;

/** Makes an element. Text only ever arrives as text nodes, so nothing in a prompt can become markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function button(
  label: string,
  onPress: () => void,
  attributes: Readonly<Record<string, string>> = {},
) {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', onPress);
  return made;
}

/** Writes text only when it differs, so that a live region does not repeat itself. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

/** Shows or hides without removing: focus and scroll survive. */
export function show(target: HTMLElement, visible: boolean): void {
  if (target.hidden === visible) target.hidden = !visible;
}

/** Rebuilds the children only when the data behind them changed, so that a focused button stays focused. */
export function keyed<T>(target: Element, build: (data: T) => Child[]): (data: T) => void {
  let last: string | undefined;
  return (data) => {
    const key = JSON.stringify(data);
    if (key === last) return;
    last = key;
    target.replaceChildren(...build(data));
  };
}
