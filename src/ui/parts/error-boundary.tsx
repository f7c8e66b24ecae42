/**
 * What stands in the place of a part of a screen that fails while it is drawn, be it for a fault of ours, for a note that
 * it can't bear, or for a chunk that isn't on this device. The rest of the app goes on, and so does this part at another
 * address.
 */

import {Component, type ReactNode} from 'react';
import {Banner} from './banner.tsx';
import {Button} from './button.tsx';

interface ErrorBoundaryProps {
  readonly title: string;
  /** What it means for the notes, and what to do. */
  readonly text: string;
  /** Another one is another try. */
  readonly resetKey: string;
  readonly children: ReactNode;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, {readonly hasFailed: boolean}> {
  override state = {hasFailed: false};

  static getDerivedStateFromError(): {readonly hasFailed: boolean} {
    return {hasFailed: true};
  }

  override componentDidCatch(error: unknown): void {
    console.error(this.props.title, error);
  }

  override componentDidUpdate({resetKey}: ErrorBoundaryProps): void {
    if (this.state.hasFailed && resetKey !== this.props.resetKey) this.setState({hasFailed: false});
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    const reload = <Button onClick={() => location.reload()}>Reload</Button>;
    return (
      <Banner tone="bad" title={this.props.title} announce="alert" actions={reload}>
        <p>{this.props.text}</p>
      </Banner>
    );
  }
}
