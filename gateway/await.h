#ifndef REGLAB_GATEWAY_AWAIT_H_
#define REGLAB_GATEWAY_AWAIT_H_

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace reglab::gateway {

// Waits for a callback: `start` is given a function, which may be called on any
// thread, once; the coroutine goes on with its value on its own thread.
template <class Value, class Start>
boost::asio::awaitable<Value> Await(Start start) {
  namespace asio = boost::asio;
  const auto executor = co_await asio::this_coro::executor;
  auto initiate = [&start, &executor](auto handler) {
    auto kept = std::make_shared<decltype(handler)>(std::move(handler));
    std::function<void(Value)> done = [kept, executor](Value value) {
      asio::post(executor, [kept, value = std::move(value)]() mutable {
        std::move (*kept)(std::move(value));
      });
    };
    start(std::move(done));
  };
  Value value =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Value)>(
          std::move(initiate), asio::use_awaitable);
  co_return value;
}

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_AWAIT_H_
