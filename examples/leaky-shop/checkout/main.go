// Command checkout turns a basket into an order.
package main

import (
	"log"
	"net/http"
	"os"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

func main() {
	options, err := redis.ParseURL(os.Getenv("REDIS_URL"))
	if err != nil {
		log.Fatal(err)
	}
	baskets := redis.NewClient(options)
	http.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("well\n"))
	})
	http.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		order := uuid.NewString()
		if err := baskets.LPush(r.Context(), "orders", order).Err(); err != nil {
			http.Error(w, "try again", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(order + "\n"))
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
