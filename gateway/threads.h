#ifndef REGLAB_GATEWAY_THREADS_H_
#define REGLAB_GATEWAY_THREADS_H_

#include <memory>

namespace boost::asio {
class io_context;
}

namespace reglab::gateway {

// The threads that do the gateway's work: each runs one io_context. A client's
// connection and the calls that its requests need stay on one thread, so that
// nothing of them is locked and an answer wakes nobody else.
class Threads {
 public:
  explicit Threads(int count);
  ~Threads();

  int size() const;
  boost::asio::io_context& context(int number);
  // Which of these the calling thread is; -1 when none.
  int current() const;

  // Ends the threads when they have done what they are at; what still waits is
  // never called. May be called again.
  void Stop();

 private:
  struct One;
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_THREADS_H_
