/**
 * What stands in the place of an editor that can't be shown: its chunk isn't on this device and the network is gone, or it
 * fails on this very text. The text is stored as it is; the rest of the app goes on.
 */

import {Component, type ReactNode} from 'react';
import {Banner} from '../../parts/banner.tsx';
import {Button} from '../../parts/button.tsx';

interface EditorBoundaryProps {
  readonly children: ReactNode;
}

export class EditorBoundary extends Component<EditorBoundaryProps, {readonly hasFailed: boolean}> {
  override state = {hasFailed: false};

  static getDerivedStateFromError(): {readonly hasFailed: boolean} {
    return {hasFailed: true};
  }

  override componentDidCatch(error: unknown): void {
    console.error('The editor failed.', error);
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <Banner
        tone="warn"
        title="The editor could not be opened."
        announce="alert"
        actions={<Button onClick={() => location.reload()}>Reload</Button>}
      >
        <p>The text of this note is kept as it is. If this device is offline, try again once it has a connection.</p>
      </Banner>
    );
  }
}
